package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// A request that does not come to its end is ended, and keeps nobody else waiting.
func TestSlowRequestsAreEnded(t *testing.T) {
	t.Parallel()
	k := &killed{T: t, dir: t.TempDir(), acked: map[string]int64{}}
	c := k.start()
	defer func() {
		_ = k.cmd.Process.Kill()
		_ = k.cmd.Wait()
	}()
	address, err := os.ReadFile(k.dir + "/address")
	if err != nil {
		t.Fatal(err)
	}
	token, err := os.ReadFile(k.dir + "/b.db.token")
	if err != nil {
		t.Fatal(err)
	}
	host := strings.TrimPrefix(strings.TrimSpace(string(address)), "http://")
	head := "POST /v1/acts HTTP/1.1\r\nHost: " + host + "\r\nAuthorization: Bearer " + strings.TrimSpace(string(token)) + "\r\nContent-Type: application/json\r\n"
	var slow sync.WaitGroup
	for _, s := range []struct {
		what, begin string
		most        time.Duration
		status      int // 0: the connection is closed without an answer
	}{
		{"headers that do not end", head, 20 * time.Second, 0},
		{"a body that does not end", head + "Content-Length: 1000\r\n\r\n{", 50 * time.Second, http.StatusRequestTimeout},
	} {
		slow.Go(func() {
			if err := dribble(host, s.begin, s.most, s.status); err != nil {
				t.Errorf("%s: %v", s.what, err)
			}
		})
	}
	for n := range 20 {
		if _, err := c.Act(context.Background(), actOf(fmt.Sprint("beside", n))); err != nil {
			t.Errorf("beside slow requests: %v", err)
		}
	}
	slow.Wait()
}

// dribble sends a byte a second until the other side has had enough of it.
func dribble(host, begin string, most time.Duration, status int) error {
	conn, err := net.Dial("tcp", host)
	if err != nil {
		return err
	}
	defer conn.Close()
	from := time.Now()
	if _, err := conn.Write([]byte(begin)); err != nil {
		return err
	}
	go func() {
		for time.Since(from) < most {
			time.Sleep(time.Second)
			if _, err := conn.Write([]byte(" ")); err != nil {
				return
			}
		}
	}()
	if err := conn.SetReadDeadline(from.Add(most)); err != nil {
		return err
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	switch took := time.Since(from); {
	case took >= most:
		return fmt.Errorf("goes on after %s", most)
	case err != nil && status != 0:
		return fmt.Errorf("after %s: %w", took, err)
	case err == nil && status != 0 && resp.StatusCode != status:
		return fmt.Errorf("answered %d, want %d", resp.StatusCode, status)
	}
	return nil
}
