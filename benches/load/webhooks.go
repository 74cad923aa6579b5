// Signed webhooks, each with an id of its own, and how many were taken in how long.

package main

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"
)

type webhooksOrder struct {
	Address     string `json:"address"`
	Connections int    `json:"connections"`
	Count       int    `json:"count"`
	Key         string `json:"key"`
	Secret      string `json:"secret"`
	// The room that viewers come to. Without one, the events are of the kind that means nothing here.
	Room string `json:"room"`
}

func webhooks(text json.RawMessage, _ *bufio.Reader) error {
	var order webhooksOrder
	if err := json.Unmarshal(text, &order); err != nil {
		return err
	}
	prepared := make([][]byte, order.Count)
	run := time.Now().UnixNano()
	for place := range prepared {
		id := fmt.Sprintf("EV_%x_%d", run, place)
		body := event(order.Room, id, place)
		headers := map[string]string{
			"Content-Type":  "application/webhook+json",
			"Authorization": signature(order.Key, order.Secret, body),
		}
		prepared[place] = request("POST", "/api/webhook/livekit", order.Address, headers, body)
	}
	result, err := fire(order.Address, order.Connections, func(connection, turn int) []byte {
		place := turn*order.Connections + connection
		if place >= len(prepared) {
			return nil
		}
		return prepared[place]
	})
	if err == nil {
		say(result)
	}
	return err
}

// event is a viewer who comes, as livekit-server writes it, or a track of sound.
func event(room, id string, place int) []byte {
	now := time.Now().Unix()
	participant := fmt.Sprintf(`"participant":{"sid":"PA_%s","identity":"guest-%d","state":"ACTIVE","joinedAt":"%d",`+
		`"joinedAtMs":"%d","version":4,"permission":{"canSubscribe":true,"canPublish":false,"canPublishData":false,"hidden":true}}`,
		id, place, now, now*1000)
	name, at, track := "participant_joined", room, ""
	if room == "" {
		name, at = "track_published", "a-room-of-nobody"
		track = `,"track":{"sid":"TR_AMa8Zg3yzGr7ZP","type":"AUDIO","source":"MICROPHONE","mimeType":"audio/opus"}`
	}
	return fmt.Appendf(nil, `{"event":"%s","id":"%s","createdAt":"%d","room":{"sid":"RM_4Yuj5gkqkiDW","name":"%s",`+
		`"emptyTimeout":300,"departureTimeout":20,"creationTime":"%d","enabledCodecs":[{"mime":"video/H264"},`+
		`{"mime":"audio/opus"}]},%s%s}`, name, id, now, at, now, participant, track)
}

// signature is the token that goes with a body, good for an hour.
func signature(key, secret string, body []byte) string {
	sum := sha256.Sum256(body)
	now := time.Now().Unix()
	claims := fmt.Sprintf(`{"iss":"%s","nbf":%d,"exp":%d,"sha256":"%s"}`, key, now-10, now+3600,
		base64.StdEncoding.EncodeToString(sum[:]))
	encode := base64.RawURLEncoding.EncodeToString
	signed := encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + encode([]byte(claims))
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(signed))
	return signed + "." + encode(mac.Sum(nil))
}
