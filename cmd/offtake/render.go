package main

import (
	"encoding/json"
	"html/template"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/offtake-dev/offtake/client"
	"github.com/offtake-dev/offtake/internal/views"
)

func noticeRenderCommand(w world) *cobra.Command {
	var to string
	cmd := &cobra.Command{
		Use:   "render NOTICE",
		Short: "Write a notice as a page to read, print and send, with everything it discloses and its hash",
		Long: `Render writes a notice as one HTML page that needs nothing else: from whom, to
whom, under which clause, everything that it discloses, what it lacks, until when
it may be answered and how, and the text that its hash is of, so that anybody can
compute the hash again.`,
		Args: cobra.ExactArgs(1),
	}
	r := readsServer(cmd)
	cmd.Flags().StringVarP(&to, "out", "f", "", "the new file to write (default standard output)")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		var n client.Notice
		if err := r.read(cmd, path("/v1/notices/", args[0], ""), &n); err != nil {
			return err
		}
		if to == "" {
			return renderNotice(w.out, n)
		}
		return newFile(to, func(f io.Writer) error { return renderNotice(f, n) })
	}
	return cmd
}

// renderNotice writes a notice as a page.
func renderNotice(to io.Writer, n client.Notice) error {
	type row struct{ Name, Value string }
	var rows []row
	for _, key := range slices.Sorted(maps.Keys(n.Contents)) {
		rows = append(rows, row{strings.ReplaceAll(key, "_", " "), contentWords(n.Contents[key])})
	}
	return noticePage.Execute(to, map[string]any{
		"N": n, "Rows": rows, "Served": n.Served.UTC().Format("2 January 2006, 15:04:05 UTC"), "By": answerWords(n), "Text": string(views.NoticeText(n)),
	})
}

func answerWords(n client.Notice) string {
	if n.AnswerBy == nil {
		return ""
	}
	return n.AnswerBy.UTC().Format("Monday 2 January 2006, 15:04:05 UTC")
}

// contentWords shows a value: of a list its items.
func contentWords(v json.RawMessage) string {
	var list []string
	if json.Unmarshal(v, &list) == nil {
		return strings.Join(list, ", ")
	}
	return plain(v)
}

var noticePage = template.Must(template.New("notice").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Notice under {{.N.Clause}}</title>
<style>
body { font: 16px/1.5 Georgia, serif; color: #1a1a1a; background: #fff; max-width: 42rem; margin: 3rem auto; padding: 0 1.5rem }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem }
h2 { font-size: 1rem; margin: 2rem 0 .5rem }
p { margin: .5rem 0 }
.of { color: #555; margin-bottom: 2rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .35rem 0; border-bottom: 1px solid #ddd }
th { font-weight: normal; color: #555; width: 11rem; padding-right: 1rem }
blockquote { margin: .5rem 0; padding-left: 1rem; border-left: 3px solid #ddd }
.lacks { border: 1px solid #b00; padding: .5rem 1rem; margin: 1rem 0 }
code, pre { font: 13px/1.45 ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere }
pre { background: #f6f6f6; padding: 1rem; white-space: pre-wrap }
footer { color: #555; font-size: .85rem; margin-top: 2rem; border-top: 1px solid #ddd; padding-top: .75rem }
@media print { body { margin: 0 auto } pre { background: none; border: 1px solid #ddd } h2, tr, pre { break-inside: avoid } }
</style>
</head>
<body>
<h1>Notice of an offer</h1>
<p class="of">under {{.N.Clause}}</p>
<table>
<tr><th>from</th><td>{{.N.From}}</td></tr>
<tr><th>to</th><td>{{.N.To}}</td></tr>
<tr><th>received</th><td>{{.Served}}</td></tr>
<tr><th>notice</th><td>{{.N.ID}}</td></tr>
</table>
{{if .N.Says}}<h2>The clause</h2>
<blockquote>{{.N.Says}}</blockquote>
{{end}}<h2>What is offered</h2>
<table>
{{range .Rows}}<tr><th>{{.Name}}</th><td>{{.Value}}</td></tr>
{{end}}</table>
{{if .N.Lacks}}<p class="lacks">This notice does not disclose, and the clause wants it to: {{range $i, $l := .N.Lacks}}{{if $i}}, {{end}}{{$l}}{{end}}.</p>
{{end}}{{if .By}}<h2>Your answer</h2>
<p>You may answer until <strong>{{.By}}</strong>: {{if .N.InPart}}for all of it, or for a part of it in lots of {{.N.Lot}}{{else}}for all of it or for nothing{{end}}. An answer with a condition does not conform.</p>
<p><code>offtake answer {{.N.ID}} accept</code><br><code>offtake answer {{.N.ID}} refuse</code></p>
{{end}}{{if .N.Files}}<h2>Attachments</h2>
{{range .N.Files}}<p><code>{{.}}</code></p>
{{end}}{{end}}<h2>The text and its hash</h2>
<p><code>SHA-256 {{.N.Hash}}</code></p>
<pre>{{.Text}}</pre>
<footer>Written by Offtake from the record of {{.N.From}}. It is no legal advice.</footer>
</body>
</html>
`))
