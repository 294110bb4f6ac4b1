package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/offtake-dev/offtake/client"
)

var kills = flag.Int("kills", 10, "how often a broker under load is killed")

// A killed is a broker that is started again after it was killed, and what it has
// acknowledged.
type killed struct {
	*testing.T
	dir   string
	cmd   *exec.Cmd
	log   bytes.Buffer
	mu    sync.Mutex
	acked map[string]int64 // by the name of an act the place in the log that it was told
	sent  []string         // what was not acknowledged
	next  int
}

func (k *killed) start() *client.Client {
	k.Helper()
	address := filepath.Join(k.dir, "address")
	_ = os.Remove(address)
	args := []string{"serve", "--db", filepath.Join(k.dir, "b.db"), "--listen", "127.0.0.1:0", "--address-file", address, "--rehearse", "2025-06-03T17:00:00Z"}
	if _, err := os.Stat(filepath.Join(k.dir, "b.db")); err != nil {
		args = append(args, "../../examples/openai")
	}
	k.cmd = exec.Command("offtake", args...)
	k.cmd.Stderr = &k.log
	if err := k.cmd.Start(); err != nil {
		k.Fatal(err)
	}
	for range 600 {
		text, _ := os.ReadFile(address)
		if bytes.HasSuffix(text, []byte("\n")) {
			token, err := os.ReadFile(filepath.Join(k.dir, "b.db.token"))
			if err != nil {
				k.Fatal(err)
			}
			c, err := client.New(strings.TrimSpace(string(text)), strings.TrimSpace(string(token)), nil)
			if err != nil {
				k.Fatal(err)
			}
			return c
		}
		time.Sleep(50 * time.Millisecond)
	}
	k.Fatalf("the broker does not start:\n%s", k.log.String())
	return nil
}

// load sends acts until the broker does not answer.
func (k *killed) load(c *client.Client) {
	for {
		k.mu.Lock()
		k.next++
		id := fmt.Sprint("x", k.next)
		k.mu.Unlock()
		taken, err := c.Act(context.Background(), actOf(id))
		k.mu.Lock()
		if err == nil {
			k.acked[id] = taken.Version
		} else {
			k.sent = append(k.sent, id)
		}
		k.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// actOf gives an act by its name, the same one each time.
func actOf(id string) json.RawMessage {
	if strings.HasSuffix(id, "7") {
		return json.RawMessage(fmt.Sprintf(`{"id":%q,"act":"job.submit","job":%q,"accelerator":"h100","quantity":1,"length":"PT6H","purpose":"training"}`, id, id))
	}
	return json.RawMessage(fmt.Sprintf(`{"id":%q,"act":"offer.receive","opportunity":%q,"terms":{"provider":"oci","accelerator":"gb200","quantity":1008,"region":"us-south","price":"USD 8.00","term":"P5Y","delivery":"2026-01-01","purpose":["training"]}}`, id, id))
}

// A broker that is killed under load has every act that it acknowledged, once and in
// its place; what it did not acknowledge it has taken or not, and takes once when it is
// sent again; its deadlines are those of its acts, and its record holds.
func TestABrokerThatIsKilledHasWhatItAcknowledged(t *testing.T) {
	k := &killed{T: t, dir: t.TempDir(), acked: map[string]int64{}}
	defer func() {
		if k.cmd.ProcessState == nil {
			_ = k.cmd.Process.Kill()
			_ = k.cmd.Wait()
		}
	}()
	times := *kills
	if testing.Short() {
		times = min(times, 2)
	}
	for range times {
		c := k.start()
		var load sync.WaitGroup
		for range 8 {
			load.Go(func() { k.load(c) })
		}
		time.Sleep(time.Duration(20+rand.IntN(200)) * time.Millisecond)
		_ = k.cmd.Process.Kill()
		_ = k.cmd.Wait()
		load.Wait()
	}
	if len(k.acked) < times {
		t.Fatalf("only %d acts were acknowledged", len(k.acked))
	}
	c := k.start()
	for _, id := range k.sent {
		taken, err := c.Act(t.Context(), actOf(id))
		if err != nil {
			t.Fatalf("%s is sent again: %v", id, err)
		}
		k.acked[id] = taken.Version
	}
	k.holds(c)
	_ = k.cmd.Process.Signal(os.Interrupt)
	if err := k.cmd.Wait(); err != nil {
		t.Errorf("it ends with %v", err)
	}
}

func (k *killed) holds(c *client.Client) {
	k.Helper()
	at := map[string]int64{}
	for after := int64(0); ; {
		page, err := c.Log(context.Background(), after)
		if err != nil {
			k.Fatal(err)
		}
		for _, e := range page.Entries {
			var act struct{ ID string }
			_ = json.Unmarshal(e.Act, &act)
			name := strings.TrimPrefix(act.ID, "openai:")
			if _, twice := at[name]; twice {
				k.Errorf("%s is in the log twice", name)
			}
			at[name] = e.Version
		}
		if after = page.Next; after == 0 {
			break
		}
	}
	for id, version := range k.acked {
		if at[id] != version {
			k.Errorf("%s was acknowledged as entry %d, and is %d", id, version, at[id])
		}
	}
	for _, args := range [][]string{
		{"log", "export", filepath.Join(k.dir, "record.jsonl"), "--server", k.server(), "--token", filepath.Join(k.dir, "b.db.token")},
		{"log", "verify", filepath.Join(k.dir, "record.jsonl"), "--key", filepath.Join(k.dir, "b.db.pub"), "--redecide"},
	} {
		out, err := exec.Command("offtake", args...).CombinedOutput()
		if err != nil || args[1] == "verify" && !bytes.Contains(out, []byte("the same follows from every act")) {
			k.Fatalf("%v: %v\n%s", args[:2], err, out)
		}
	}
	k.Logf("%d acts in a log of %d, %d not acknowledged", len(k.acked), len(at), len(k.sent))
}

func (k *killed) server() string {
	text, _ := os.ReadFile(filepath.Join(k.dir, "address"))
	return strings.TrimSpace(string(text))
}
