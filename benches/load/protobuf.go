// As much of protobuf as requests to LiveKit are read and answered with.

package main

import "encoding/binary"

// fields reads the strings, bytes and messages of a protobuf message, by number; of several with one number the last.
func fields(text []byte) map[int][]byte {
	found := make(map[int][]byte)
	for len(text) > 0 {
		tag, size := binary.Uvarint(text)
		if size <= 0 {
			return found
		}
		text = text[size:]
		value, size := binary.Uvarint(text)
		switch tag & 7 {
		case 0:
			if size <= 0 {
				return found
			}
			text = text[size:]
		case 1:
			text = text[min(8, len(text)):]
		case 2:
			if size <= 0 || value > uint64(len(text)-size) {
				return found
			}
			found[int(tag>>3)] = text[size : size+int(value)]
			text = text[size+int(value):]
		case 5:
			text = text[min(4, len(text)):]
		default:
			return found
		}
	}
	return found
}

// message is one field with a string, bytes or a message in it.
func message(number int, value []byte) []byte {
	text := binary.AppendUvarint(nil, uint64(number)<<3|2)
	text = binary.AppendUvarint(text, uint64(len(value)))
	return append(text, value...)
}
