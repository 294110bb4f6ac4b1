// Command bench measures and prints: name, value, unit, reference, ratio,
// bound, holds. With -json it also writes the rows to a file. It exits 1 where
// a bound does not hold.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/offtake-dev/offtake/bench"
)

func main() {
	file := flag.String("json", "", "also write the rows to this `file`")
	flag.Parse()
	os.Exit(run(*file, flag.Args()))
}

func run(file string, suites []string) int {
	rows, err := bench.Run(suites, os.Stderr)
	if err == nil {
		err = bench.Print(os.Stdout, rows)
	}
	if err == nil && file != "" {
		err = write(file, rows)
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

func write(file string, rows []bench.Row) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	if err := bench.JSON(f, rows); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
