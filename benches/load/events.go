// Many idle event streams, and how long it takes until all have heard of something.

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
)

// Connections that are being made at once.
const connecting = 32

type eventsOrder struct {
	Address     string            `json:"address"`
	Connections int               `json:"connections"`
	Path        string            `json:"path"`
	Headers     map[string]string `json:"headers"`
}

// listeners are event streams that wait for a word.
type listeners struct {
	word    atomic.Pointer[[]byte]
	heard   atomic.Int64
	ended   atomic.Int64
	told    chan struct{}
	wanted  int64
	opening sync.WaitGroup
}

// events opens the streams, says {"connected": n} once each has had its first event, and from then on answers each
// further line of input, a word, with {"heardAt": ms, "ended": n} when all streams that are left have had it.
func events(text json.RawMessage, input *bufio.Reader) error {
	var order eventsOrder
	if err := json.Unmarshal(text, &order); err != nil {
		return err
	}
	all := &listeners{told: make(chan struct{}, 1), wanted: int64(order.Connections)}
	if err := all.open(order); err != nil {
		return err
	}
	say(map[string]any{"connected": order.Connections})
	for {
		line, err := input.ReadString('\n')
		if err != nil {
			return nil
		}
		word := []byte(strings.TrimSpace(line))
		all.heard.Store(0)
		all.word.Store(&word)
		say(map[string]any{"waiting": string(word)})
		<-all.told
		say(map[string]any{"heardAt": now(), "heard": all.heard.Load(), "ended": all.ended.Load(), "cpuSeconds": cpuSeconds()})
	}
}

func (all *listeners) open(order eventsOrder) error {
	slots := make(chan struct{}, connecting)
	failures := make(chan error, order.Connections)
	question := request("GET", order.Path, order.Address, order.Headers, nil)
	all.opening.Add(order.Connections)
	for range order.Connections {
		slots <- struct{}{}
		go func() {
			one, err := connect(order.Address)
			if err == nil {
				err = one.begin(question)
			}
			<-slots
			if err != nil {
				failures <- err
			}
			all.opening.Done()
			if err == nil {
				all.follow(one)
			}
		}()
	}
	all.opening.Wait()
	select {
	case err := <-failures:
		return err
	default:
		return nil
	}
}

// begin asks for the events and waits for the first.
func (c *connection) begin(question []byte) error {
	if _, err := c.socket.Write(question); err != nil {
		return err
	}
	status, _, err := c.head()
	if err != nil {
		return err
	}
	if status != 200 {
		return fmt.Errorf("the events were answered with %d", status)
	}
	for {
		line, err := c.reader.ReadSlice('\n')
		if err != nil {
			return err
		}
		if bytes.HasPrefix(line, []byte("event:")) {
			return nil
		}
	}
}

// follow counts the stream once for each word, in whichever line of data it comes.
func (all *listeners) follow(one *connection) {
	var counted *[]byte
	for {
		line, err := one.reader.ReadSlice('\n')
		if err != nil {
			all.ended.Add(1)
			all.look()
			return
		}
		word := all.word.Load()
		if word != nil && word != counted && bytes.Contains(line, *word) {
			counted = word
			all.heard.Add(1)
			all.look()
		}
	}
}

// look says when nobody is left who has not heard.
func (all *listeners) look() {
	if all.heard.Load()+all.ended.Load() >= all.wanted {
		select {
		case all.told <- struct{}{}:
		default:
		}
	}
}
