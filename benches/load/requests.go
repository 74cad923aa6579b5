// The same few requests again and again, and how many were answered in how long.

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"
)

type requestsOrder struct {
	Address     string            `json:"address"`
	Connections int               `json:"connections"`
	Seconds     float64           `json:"seconds"`
	Headers     map[string]string `json:"headers"`
	// Asked for in turn.
	Paths []string `json:"paths"`
}

func requests(text json.RawMessage, _ *bufio.Reader) error {
	var order requestsOrder
	if err := json.Unmarshal(text, &order); err != nil {
		return err
	}
	prepared := make([][]byte, len(order.Paths))
	for place, path := range order.Paths {
		prepared[place] = request("GET", path, order.Address, order.Headers, nil)
	}
	end := time.Now().Add(time.Duration(order.Seconds * float64(time.Second)))
	result, err := fire(order.Address, order.Connections, func(connection, turn int) []byte {
		if time.Now().After(end) {
			return nil
		}
		return prepared[(connection+turn)%len(prepared)]
	})
	if err == nil {
		say(result)
	}
	return err
}

// result is what came of many requests; times are in milliseconds.
type result struct {
	Count      int     `json:"count"`
	Seconds    float64 `json:"seconds"`
	PerSecond  float64 `json:"perSecond"`
	P50        float64 `json:"p50"`
	P99        float64 `json:"p99"`
	Max        float64 `json:"max"`
	CPUSeconds float64 `json:"cpuSeconds"`
}

// fire sends on each connection what next gives it, one after the other, until that is nothing. Any answer but 200
// ends the run.
func fire(address string, connections int, next func(connection, turn int) []byte) (result, error) {
	all := make([]*connection, connections)
	for place := range all {
		one, err := connect(address)
		if err != nil {
			return result{}, err
		}
		defer one.socket.Close()
		all[place] = one
	}
	times := make([][]time.Duration, connections)
	failures := make(chan error, connections)
	var running sync.WaitGroup
	cpu, began := cpuSeconds(), time.Now()
	for place, one := range all {
		running.Add(1)
		go func() {
			defer running.Done()
			var err error
			if times[place], err = series(one, func(turn int) []byte { return next(place, turn) }); err != nil {
				failures <- err
			}
		}()
	}
	running.Wait()
	took := time.Since(began).Seconds()
	cpu = cpuSeconds() - cpu
	select {
	case err := <-failures:
		return result{}, err
	default:
	}
	return summary(slices.Concat(times...), took, cpu), nil
}

func series(one *connection, next func(turn int) []byte) ([]time.Duration, error) {
	times := make([]time.Duration, 0, 1<<16)
	for turn := 0; ; turn++ {
		request := next(turn)
		if request == nil {
			return times, nil
		}
		began := time.Now()
		status, _, err := one.send(request, false)
		if err != nil {
			return nil, err
		}
		if status != 200 {
			return nil, fmt.Errorf("answered with %d", status)
		}
		times = append(times, time.Since(began))
	}
}

func summary(times []time.Duration, seconds, cpu float64) result {
	slices.Sort(times)
	at := func(share float64) float64 {
		place := int(math.Ceil(share*float64(len(times)))) - 1
		return float64(times[max(place, 0)].Microseconds()) / 1000
	}
	if len(times) == 0 {
		return result{}
	}
	return result{
		Count: len(times), Seconds: seconds, PerSecond: float64(len(times)) / seconds,
		P50: at(0.5), P99: at(0.99), Max: at(1), CPUSeconds: cpu,
	}
}
