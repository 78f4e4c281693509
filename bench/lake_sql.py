"""The same reports as plain DuckDB SQL, written by hand over the same files: what the reports are measured against."""

WEEK = "(epoch_us // 86400000000 + 3) // 7"
ACTIVE = (
    "name IN ('topic_started', 'answer_posted', 'reply_posted', 'comment_posted', 'vote_cast', 'answer_accepted',"
    " 'bookmarked', 'bounty_offered')"
)
PLAIN = {
    "scan": "SELECT sum(person), sum(epoch_us), count(DISTINCT name) FROM events",
    "retention": f"""
        WITH weeks AS (
            SELECT person, {WEEK} AS week, bool_or(name = 'signed_up') AS came, bool_or({ACTIVE}) AS active
            FROM events WHERE name = 'signed_up' OR {ACTIVE} GROUP BY ALL
        ), cohorts AS (SELECT person, min(week) AS cohort FROM weeks WHERE came GROUP BY person)
        SELECT cohort, week - cohort AS k, count(*) FROM weeks JOIN cohorts USING (person)
        WHERE active AND week >= cohort AND week - cohort < 12 GROUP BY ALL ORDER BY ALL
    """,
    "funnel": """
        WITH steps AS (
            SELECT person, epoch_us AS us, id,
                   CASE name WHEN 'signed_up' THEN 1 WHEN 'answer_posted' THEN 2 ELSE 3 END AS step
            FROM events WHERE name IN ('signed_up', 'answer_posted', 'comment_received')
        ), first AS (
            SELECT *, max(us) FILTER (WHERE step = 1) OVER before AS s1
            FROM steps WINDOW before AS (PARTITION BY person ORDER BY us, step, id)
        ), second AS (
            SELECT *, max(s1) FILTER (WHERE step = 2 AND us - s1 <= 604800000000) OVER before AS s2
            FROM first WINDOW before AS (PARTITION BY person ORDER BY us, step, id)
        ), levels AS (
            SELECT person, max(CASE WHEN step = 3 AND us - s2 <= 604800000000 THEN 3
                                    WHEN step = 2 AND us - s1 <= 604800000000 THEN 2
                                    WHEN step = 1 THEN 1 ELSE 0 END) AS level
            FROM second GROUP BY person
        )
        SELECT level, count(*) FROM levels GROUP BY level ORDER BY level
    """,
    "lifecycle": f"""
        WITH weeks AS (SELECT DISTINCT person, {WEEK} AS week FROM events WHERE {ACTIVE}),
        around AS (
            SELECT *, lag(week) OVER w AS before, lead(week) OVER w AS after
            FROM weeks WINDOW w AS (PARTITION BY person ORDER BY week)
        )
        SELECT week, count(*), count(*) FILTER (WHERE before IS NULL), count(*) FILTER (WHERE before = week - 1),
               count(*) FILTER (WHERE before < week - 1), count(*) FILTER (WHERE after IS DISTINCT FROM week + 1)
        FROM around GROUP BY week ORDER BY week
    """,
    "active members": f"""
        WITH days AS (SELECT DISTINCT person, epoch_us // 86400000000 AS day FROM events WHERE {ACTIVE}),
        around AS (SELECT *, lead(day) OVER (PARTITION BY person ORDER BY day) AS next FROM days),
        steps AS (
            SELECT day, 1 AS d, 1 AS w, 1 AS m FROM around
            UNION ALL SELECT day + 1, -1, 0, 0 FROM around
            UNION ALL SELECT least(day + 7, coalesce(next, day + 7)), 0, -1, 0 FROM around
            UNION ALL SELECT least(day + 30, coalesce(next, day + 30)), 0, 0, -1 FROM around
        ), sums AS (SELECT day, sum(d) AS d, sum(w) AS w, sum(m) AS m FROM steps GROUP BY day)
        SELECT day, sum(d) OVER t, sum(w) OVER t, sum(m) OVER t FROM sums WINDOW t AS (ORDER BY day) ORDER BY day
    """,
}
