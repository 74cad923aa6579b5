// HTTP/1.1 by hand: a connection, requests as bytes, answers as far as they are looked at.

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// patience is how long an answer may take before the run fails: far longer than anything that is measured.
const patience = 30 * time.Second

// connection carries one request after the other.
type connection struct {
	socket net.Conn
	reader *bufio.Reader
}

func connect(address string) (*connection, error) {
	socket, err := net.DialTimeout("tcp", address, patience)
	if err != nil {
		return nil, err
	}
	return &connection{socket: socket, reader: bufio.NewReaderSize(socket, 4096)}, nil
}

// request is the bytes of a request with that head and body.
func request(method, path, address string, headers map[string]string, body []byte) []byte {
	var text bytes.Buffer
	fmt.Fprintf(&text, "%s %s HTTP/1.1\r\nHost: %s\r\n", method, path, address)
	for name, value := range headers {
		fmt.Fprintf(&text, "%s: %s\r\n", name, value)
	}
	if body != nil {
		fmt.Fprintf(&text, "Content-Length: %d\r\n", len(body))
	}
	text.WriteString("\r\n")
	text.Write(body)
	return text.Bytes()
}

// send writes a request and reads its answer. The body is kept only if wanted.
func (c *connection) send(request []byte, wantsBody bool) (status int, body []byte, err error) {
	if _, err = c.socket.Write(request); err != nil {
		return 0, nil, err
	}
	status, length, err := c.head()
	if err != nil {
		return 0, nil, err
	}
	if length < 0 {
		return 0, nil, fmt.Errorf("an answer of unknown length, with status %d", status)
	}
	if !wantsBody {
		_, err = c.reader.Discard(length)
		return status, nil, err
	}
	body = make([]byte, length)
	_, err = io.ReadFull(c.reader, body)
	return status, body, err
}

// head reads the head of an answer; the length is -1 when it is not said.
func (c *connection) head() (status, length int, err error) {
	length = -1
	line, err := c.reader.ReadSlice('\n')
	if err != nil {
		return 0, 0, err
	}
	if len(line) < 12 {
		return 0, 0, fmt.Errorf("no answer of HTTP: %q", line)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, 0, err
	}
	for {
		line, err = c.reader.ReadSlice('\n')
		if err != nil {
			return 0, 0, err
		}
		if len(line) <= 2 {
			return status, length, nil
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		if strings.EqualFold(string(name), "content-length") {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return 0, 0, err
			}
		}
	}
}
