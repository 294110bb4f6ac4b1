// Command bench measures and prints: name, value, unit, reference, ratio,
// bound, holds. Suites may be named; without, all are measured. With -json it
// also writes the record to a file, and with -page it fills the tables of a
// page. It exits 1 where a bound does not hold.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"

	"github.com/offtake-dev/offtake/bench"
)

func main() {
	file := flag.String("json", "", "also write the record to this `file`")
	page := flag.String("page", "", "also fill the tables of this `page`")
	flag.Parse()
	os.Exit(run(*file, *page, flag.Args()))
}

func run(file, page string, suites []string) int {
	rows, err := bench.Run(suites, os.Stderr)
	if err == nil {
		err = bench.Print(os.Stdout, rows)
	}
	record := bench.NewRecord(rows)
	if err == nil && file != "" {
		err = write(file, record)
	}
	if err == nil && page != "" {
		err = fill(page, record)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	for _, r := range rows {
		if !r.Holds {
			return 1
		}
	}
	return 0
}

func write(file string, r bench.Record) error {
	var out bytes.Buffer
	if err := r.JSON(&out); err != nil {
		return err
	}
	return os.WriteFile(file, out.Bytes(), 0o644)
}

func fill(page string, r bench.Record) error {
	text, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	filled, err := r.Fill(string(text))
	if err != nil {
		return err
	}
	return os.WriteFile(page, []byte(filled), 0o644)
}
