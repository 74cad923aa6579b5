// What StreamIt is answered by in place of LiveKit, so that its work is not measured.

package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
)

// rooms stand in for those of LiveKit: an encoder is in each from the start. How often each line of a chat was sent is
// kept by its id.
type rooms struct {
	lock  sync.Mutex
	names []string
	lines map[string]int
}

type livekitOrder struct {
	Address string `json:"address"`
}

// livekit answers what StreamIt asks of LiveKit. It says {"room": name} for each room that a key is made for, and
// answers GET /lines with how often each line of a chat came. Ends with its standard input.
func livekit(text json.RawMessage, input *bufio.Reader) error {
	var order livekitOrder
	if err := json.Unmarshal(text, &order); err != nil {
		return err
	}
	all := &rooms{lines: make(map[string]int)}
	http.HandleFunc("POST /twirp/{service}/{method}", all.call)
	http.HandleFunc("GET /lines", all.tell)
	failed := make(chan error, 1)
	go func() { failed <- http.ListenAndServe(order.Address, nil) }()
	go func() {
		_, _ = io.Copy(io.Discard, input)
		failed <- nil
	}()
	return <-failed
}

func (all *rooms) tell(answer http.ResponseWriter, _ *http.Request) {
	all.lock.Lock()
	defer all.lock.Unlock()
	_ = json.NewEncoder(answer).Encode(all.lines)
}

func (all *rooms) call(answer http.ResponseWriter, question *http.Request) {
	body, err := io.ReadAll(question.Body)
	if err != nil {
		return
	}
	answer.Header().Set("Content-Type", "application/protobuf")
	_, _ = answer.Write(all.answered(question.PathValue("method"), fields(body)))
}

// answered is the message that answers a call; an empty one says yes. The numbers are those of LiveKit's protocol.
func (all *rooms) answered(method string, asked map[int][]byte) []byte {
	switch method {
	case "CreateIngress":
		return all.ingress(string(asked[3]))
	case "ListIngress":
		return all.listIngress()
	case "ListParticipants":
		return message(1, participant(string(asked[1])))
	case "SendData":
		all.keep(asked[2])
	}
	return nil
}

func (all *rooms) ingress(room string) []byte {
	all.lock.Lock()
	all.names = append(all.names, room)
	all.lock.Unlock()
	say(map[string]string{"room": room})
	return info(room)
}

func (all *rooms) listIngress() []byte {
	all.lock.Lock()
	defer all.lock.Unlock()
	var list []byte
	for _, room := range all.names {
		list = append(list, message(1, info(room))...)
	}
	return list
}

func (all *rooms) keep(data []byte) {
	var lines []struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(data, &lines) != nil {
		return
	}
	all.lock.Lock()
	defer all.lock.Unlock()
	for _, line := range lines {
		all.lines[line.ID]++
	}
}

// info is an IngressInfo.
func info(room string) []byte {
	short := strings.ReplaceAll(room, "-", "")
	return concat(message(1, []byte("IN_"+short)), message(2, []byte("streamit "+room)), message(3, []byte("key-"+short)),
		message(4, []byte("rtmp://127.0.0.1:1935/x")), message(8, []byte(room)))
}

// participant is a ParticipantInfo: active, and of kind INGRESS.
func participant(room string) []byte {
	const active, ingress = 2, 1
	return concat(message(1, []byte("PA_"+room)), message(2, []byte(room)), []byte{3 << 3, active, 14 << 3, ingress})
}

func concat(parts ...[]byte) []byte {
	var all []byte
	for _, part := range parts {
		all = append(all, part...)
	}
	return all
}
