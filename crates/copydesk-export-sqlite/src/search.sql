WITH asked (words) AS (SELECT 'ferry')
SELECT d.published, d.title, d.source_uri
FROM search JOIN documents AS d ON d.document = search.rowid
WHERE search MATCH (
    WITH RECURSIVE
    composed (step, words) AS (
        SELECT 0, words FROM asked
        UNION ALL
        SELECT number, replace(words, typed, letter) FROM composed JOIN search_letters
        ON number = (SELECT min(number) FROM search_letters WHERE number > step AND instr(words, typed))
    ),
    typed (place, code) AS (
        SELECT place, unicode(substr(words, place, 1))
        FROM (SELECT words FROM composed ORDER BY step DESC LIMIT 1) JOIN search_places ON place <= length(words)
    ),
    parts (place, code, vowel, tail, part) AS (
        SELECT place, code, lead(code, 1, 0) OVER w - 4449, lead(code, 2, 0) OVER w - 4519, CASE
            WHEN code BETWEEN 4449 AND 4469 THEN lag(code, 1, 0) OVER w BETWEEN 4352 AND 4370
            WHEN code BETWEEN 4520 AND 4546
            THEN lag(code, 1, 0) OVER w BETWEEN 4449 AND 4469 AND lag(code, 2, 0) OVER w BETWEEN 4352 AND 4370
            ELSE 0
        END
        FROM typed WINDOW w AS (ORDER BY place)
    ),
    letters (place, code) AS (
        SELECT place, CASE
            WHEN code BETWEEN 4352 AND 4370 AND vowel BETWEEN 0 AND 20
            THEN 44032 + (code - 4352) * 588 + vowel * 28 + iif(tail BETWEEN 1 AND 27, tail, 0)
            ELSE code
        END
        FROM parts WHERE NOT part
    )
    SELECT '"' || ifnull(group_concat(token, ''), '') || '"' || iif(max(place * (rule = 'prefix')) = max(place), '*', '')
    FROM (
        SELECT place, ifnull(rule, '') AS rule, CASE
            WHEN rule = 'letters' THEN printf(' u%x ', code)
            WHEN code = 32 AND lag(rule) OVER (ORDER BY place) = 'letters' THEN ' u0 '
            WHEN (rule IS 'prefix') <> (lag(rule, 1, '') OVER (ORDER BY place) IS 'prefix')
            THEN ' ' || replace(char(code), '"', ' ')
            ELSE replace(char(code), '"', ' ')
        END AS token
        FROM letters LEFT JOIN search_scripts ON code BETWEEN first AND last
        ORDER BY place
    )
)
ORDER BY rank;
