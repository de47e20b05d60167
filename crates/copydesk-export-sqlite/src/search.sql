WITH asked (words) AS (SELECT 'ferry')
SELECT d.published, d.title, d.source_uri
FROM search JOIN documents AS d ON d.document = search.rowid
WHERE search MATCH (
    SELECT '"' || group_concat(token, '') || '"' || iif(max(place * (rule = 'prefix')) = max(place), '*', '')
    FROM (
        SELECT place, ifnull(rule, '') AS rule, CASE
            WHEN rule = 'letters' THEN printf(' u%x ', unicode(substr(words, place, 1)))
            WHEN substr(words, place, 1) = ' ' AND lag(rule) OVER (ORDER BY place) = 'letters' THEN ' u0 '
            WHEN (rule IS 'prefix') <> (lag(rule, 1, '') OVER (ORDER BY place) IS 'prefix')
            THEN ' ' || replace(substr(words, place, 1), '"', ' ')
            ELSE replace(substr(words, place, 1), '"', ' ')
        END AS token
        FROM asked JOIN search_places ON place <= length(words)
        LEFT JOIN search_scripts ON unicode(substr(words, place, 1)) BETWEEN first AND last
        ORDER BY place
    )
)
ORDER BY rank;
