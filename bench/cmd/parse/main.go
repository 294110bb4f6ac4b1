// Command parse reads YAML files with the library that Offtake reads them with,
// into maps and lists, and does nothing with them: what no program that reads
// them so can be faster than.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"go.yaml.in/yaml/v4"
)

func main() {
	for _, file := range os.Args[1:] {
		if err := parse(file); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
	}
}

func parse(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	for d := yaml.NewDecoder(bytes.NewReader(text)); ; {
		var document any
		switch err := d.Decode(&document); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("%s: %w", file, err)
		}
	}
}
