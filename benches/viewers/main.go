// Many viewers of one stream, as LiveKit sees them: each is connected to the room with a token of its own and
// subscribes to no track. They write down when lines of the chat and new states of the channel arrive.
//
// Standard input: one line of JSON, {"url": …, "tokens": […]}. Standard output: one line of JSON for each thing that
// happens: {"connected": 100}, {"at": ms, "lines": [id, …]}, {"at": ms, "version": 7}. Ends with its standard input.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/go-logr/logr"
	protoLogger "github.com/livekit/protocol/logger"
	lksdk "github.com/livekit/server-sdk-go/v2"
)

// Connections that are being made at once.
const joining = 8

type order struct {
	URL    string   `json:"url"`
	Tokens []string `json:"tokens"`
}

type line struct {
	ID string `json:"id"`
}

type state struct {
	Version int64 `json:"version"`
}

// report writes whole lines, whoever calls it.
type report struct {
	lock sync.Mutex
	out  *json.Encoder
}

func (r *report) say(what any) {
	r.lock.Lock()
	defer r.lock.Unlock()
	if err := r.out.Encode(what); err != nil {
		os.Exit(1)
	}
}

func now() float64 {
	return float64(time.Now().UnixMicro()) / 1000
}

func main() {
	lksdk.SetLogger(protoLogger.LogRLogger(logr.Discard()))
	input := bufio.NewReaderSize(os.Stdin, 1<<20)
	text, err := input.ReadBytes('\n')
	if err != nil {
		fail("reading what to do", err)
	}
	var todo order
	if err := json.Unmarshal(text, &todo); err != nil {
		fail("reading what to do", err)
	}
	out := &report{out: json.NewEncoder(os.Stdout)}
	rooms := connectAll(todo, out)
	out.say(map[string]int{"connected": len(rooms)})
	// Until whoever started this goes away.
	_, _ = input.ReadByte()
	for _, room := range rooms {
		room.Disconnect()
	}
}

func connectAll(todo order, out *report) []*lksdk.Room {
	rooms := make([]*lksdk.Room, len(todo.Tokens))
	slots := make(chan struct{}, joining)
	var all sync.WaitGroup
	for place, token := range todo.Tokens {
		all.Add(1)
		slots <- struct{}{}
		go func() {
			defer all.Done()
			room, err := lksdk.ConnectToRoomWithToken(todo.URL, token, listener(out), lksdk.WithAutoSubscribe(false))
			if err != nil {
				fail("connecting a viewer", err)
			}
			rooms[place] = room
			<-slots
		}()
	}
	all.Wait()
	return rooms
}

func listener(out *report) *lksdk.RoomCallback {
	callback := lksdk.NewRoomCallback()
	callback.OnDataPacket = func(packet lksdk.DataPacket, _ lksdk.DataReceiveParams) {
		at := now()
		data, isUser := packet.(*lksdk.UserDataPacket)
		if !isUser || data.Topic != "chat" {
			return
		}
		var lines []line
		if json.Unmarshal(data.Payload, &lines) != nil {
			return
		}
		ids := make([]string, len(lines))
		for place, one := range lines {
			ids[place] = one.ID
		}
		out.say(map[string]any{"at": at, "lines": ids})
	}
	callback.OnRoomMetadataChanged = func(metadata string) {
		at := now()
		var channel state
		if json.Unmarshal([]byte(metadata), &channel) == nil {
			out.say(map[string]any{"at": at, "version": channel.Version})
		}
	}
	return callback
}

func fail(what string, err error) {
	fmt.Fprintf(os.Stderr, "viewers: %s: %v\n", what, err)
	os.Exit(1)
}
