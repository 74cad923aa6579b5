// The load of the measurements, made as cheaply as possible: it shares the machine with what is measured. HTTP/1.1 is
// written and read by hand, and everything that is sent is made before the clock starts.
//
//	load requests   the same few requests again and again, on some connections
//	load webhooks   signed webhooks, each with an id and a signature of its own
//	load events     many idle event streams, and when they hear of something
//	load chat       messages of many people at a steady pace
//	load livekit    not a load: stands in for LiveKit, so that its work is not measured
//
// Standard input begins with one line of JSON, the order; answers are lines of JSON on standard output.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"
)

var commands = map[string]func(order json.RawMessage, input *bufio.Reader) error{
	"requests": requests,
	"webhooks": webhooks,
	"events":   events,
	"chat":     chat,
	"livekit":  livekit,
}

func main() {
	if len(os.Args) != 2 || commands[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "load: say which: requests, webhooks, events, chat or livekit")
		os.Exit(2)
	}
	input := bufio.NewReaderSize(os.Stdin, 1<<20)
	order, err := input.ReadBytes('\n')
	if err == nil {
		err = commands[os.Args[1]](order, input)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "load %s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
}

var output sync.Mutex

// say writes a whole line, whoever calls it.
func say(what any) {
	output.Lock()
	defer output.Unlock()
	if err := json.NewEncoder(os.Stdout).Encode(what); err != nil {
		os.Exit(1)
	}
}

// now is the time in milliseconds, as the one who gave the order reads it too.
func now() float64 {
	return float64(time.Now().UnixMicro()) / 1000
}

// cpuSeconds is what this program has used so far.
func cpuSeconds() float64 {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	seconds := func(time syscall.Timeval) float64 { return float64(time.Sec) + float64(time.Usec)/1e6 }
	return seconds(usage.Utime) + seconds(usage.Stime)
}
