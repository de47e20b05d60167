# The stage `mark-releases` in jq: takes lines out of the text that open with certain words.
# jq -n -c --unbuffered -f mark_releases.jq
input
| ({ marks: ["note to editors:", "for immediate release"] } + .options) as $options
| { protocol: 1, reads: [], writes: ["body"], view: ["blocks"], block: ["text"], $options },
  (
    inputs
    | {
        id,
        patch: {
          version: 1,
          changes: [
            .view.blocks[]
            | . as { $id, $text }
            | first($options.marks[] | select(. as $mark | $text | ascii_downcase | startswith($mark | ascii_downcase)))
            | { do: "label", block: $id, label: "other", rule: "opens-with", detail: "`\(.)`" }
          ]
        }
      }
  )
