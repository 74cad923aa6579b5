// Messages of many people at a steady pace, and how long each took until it was acknowledged, and heard.

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"sync"
	"time"
)

type chatOrder struct {
	Address string `json:"address"`
	// Whose chat.
	Username string `json:"username"`
	// One cookie for each person who writes.
	Cookies     []string `json:"cookies"`
	PerSecond   float64  `json:"perSecond"`
	Seconds     float64  `json:"seconds"`
	Connections int      `json:"connections"`
}

// acknowledged is what the server said of a message.
type acknowledged struct {
	Data struct {
		ID       string `json:"id"`
		Number   int64  `json:"number"`
		Revision int64  `json:"revision"`
	} `json:"data"`
}

// chat sends at that pace, whether or not the answers keep up, as people do: a message waits for its turn on one of
// the connections, and its time counts from when it was due.
func chat(text json.RawMessage, _ *bufio.Reader) error {
	var order chatOrder
	if err := json.Unmarshal(text, &order); err != nil {
		return err
	}
	count := int(order.PerSecond * order.Seconds)
	due := make(chan int, count)
	ids := make([]string, count)
	times := make([]time.Duration, count)
	var newest int64
	var lock sync.Mutex
	failures := make(chan error, order.Connections)
	var running sync.WaitGroup
	cpu, began := cpuSeconds(), time.Now()
	moment := func(place int) time.Time {
		return began.Add(time.Duration(float64(place) / order.PerSecond * float64(time.Second)))
	}
	for range order.Connections {
		running.Add(1)
		go func() {
			defer running.Done()
			one, err := connect(order.Address)
			if err != nil {
				failures <- err
				return
			}
			defer one.socket.Close()
			for place := range due {
				sent, err := one.write(order, place)
				if err != nil {
					failures <- fmt.Errorf("message %d: %w", place, err)
					return
				}
				times[place] = time.Since(moment(place))
				ids[place] = sent.Data.ID
				lock.Lock()
				newest = max(newest, sent.Data.Revision)
				lock.Unlock()
			}
		}()
	}
	for place := range count {
		time.Sleep(time.Until(moment(place)))
		due <- place
	}
	close(due)
	running.Wait()
	select {
	case err := <-failures:
		return err
	default:
	}
	say(map[string]any{
		"result": summary(times, time.Since(began).Seconds(), cpuSeconds()-cpu), "ids": ids, "revision": newest,
	})
	return nil
}

func (c *connection) write(order chatOrder, place int) (acknowledged, error) {
	body, err := json.Marshal(map[string]string{
		"username": order.Username, "text": fmt.Sprintf("This is message number %d of the soak", place),
	})
	if err != nil {
		return acknowledged{}, err
	}
	headers := map[string]string{"Content-Type": "application/json", "Cookie": order.Cookies[place%len(order.Cookies)]}
	status, answer, err := c.send(request("POST", "/api/chat/messages", order.Address, headers, body), true)
	if err != nil {
		return acknowledged{}, err
	}
	if status != 200 {
		return acknowledged{}, fmt.Errorf("answered with %d: %s", status, answer)
	}
	var sent acknowledged
	return sent, json.Unmarshal(answer, &sent)
}
