// Parses every detection and every portable view with Trino's grammar, so that nothing that
// only DuckDB understands creeps in. A file that does not parse is named with its line and
// column; the gate also fails when it finds no files, or when it no longer refuses what it is
// there to refuse.
//
// usage: node check.mjs ROOT

import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { TrinoSQL } from "dt-sql-parser/dist/parser/trino";

const parser = new TrinoSQL();

// Words that DuckDB reads as a kind of join and Trino's grammar as the alias of a table.
const duckdbJoins = new Set(["ASOF", "ANTI", "SEMI", "POSITIONAL"]);

// firstError returns the first reason why Trino would refuse the text, or undefined.
function firstError(text) {
  // Not parser.validate: it cuts a text with errors at every semicolon, also inside comments.
  const errors = [];
  parser.parse(text, (e) => {
    const message = e.message.split(", expecting")[0];
    errors.push({ line: e.startLine, column: e.startColumn, message });
  });
  const tokens = parser.getAllTokens(text).filter((t) => t.channel === 0);
  tokens.forEach((t, i) => {
    if (duckdbJoins.has(t.text.toUpperCase()) && tokens[i + 1]?.text.toUpperCase() === "JOIN") {
      errors.push({ line: t.line, column: t.column + 1, message: `${t.text} JOIN is DuckDB's` });
    }
  });
  const statements = text.trim() === "" ? 0 : (parser.splitSQLByStatement(text) ?? []).length;
  if (errors.length === 0 && statements !== 1) {
    errors.push({ line: 1, column: 1, message: `${statements} statements, want exactly one` });
  }
  errors.sort((a, b) => a.line - b.line || a.column - b.column);
  return errors[0];
}

const accepted = [
  "SELECT 1",
  "-- A comment; with a semicolon.\nSELECT a FROM t ORDER BY a",
  "CREATE VIEW v AS\nSELECT 1 AS a",
  "CREATE OR REPLACE VIEW v AS SELECT 1 AS a;",
  "WITH RECURSIVE c (a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM c WHERE a < 9) SELECT a FROM c",
  "SELECT min_by(a, b) FILTER (WHERE c > timestamp '2023-01-05 00:00:00 UTC') FROM t GROUP BY d",
  "SELECT a + INTERVAL '30' DAY, json_extract_scalar(b, '$.c') FROM t OFFSET 1 LIMIT 2",
  "SELECT u.x FROM t CROSS JOIN UNNEST(t.a) WITH ORDINALITY AS u (x, n)",
];

const refused = [
  "",
  "-- only a comment",
  "SELECT 1; SELECT 2",
  "SELECT a::int FROM t",
  "SELECT a FROM t WHERE a ILIKE 'x'",
  "SELECT a FROM t QUALIFY row_number() OVER (ORDER BY a) = 1",
  "SELECT a, count(*) FROM t GROUP BY ALL",
  "SELECT [1,2]",
  "SELECT a->>'x' FROM t",
  "SELECT * EXCLUDE (a) FROM t",
  "SELECT INTERVAL 30 DAY",
  "SELECT a FROM t LIMIT 1 OFFSET 2",
  "SELECT {'a': 1}",
  "SELECT struct_pack(a := 1)",
  "FROM t SELECT a",
  "SELECT a FROM t ASOF JOIN u ON t.a >= u.a",
  "SELECT a FROM t ANTI JOIN u USING (a)",
  "SELECT a FROM t WHERE",
];

// misplaced is refused at a place that is known: line 3, column 9,
// below a comment with a semicolon.
const misplaced = "-- A title; and more.\nSELECT a FROM t\nWHERE b ILIKE 'x'";

// selfTest returns what the gate gets wrong about spellings whose answer is known.
function selfTest() {
  const wrong = accepted
    .filter((sql) => firstError(sql) !== undefined)
    .map((sql) => `refuses what Trino accepts: ${sql}`);
  const at = firstError(misplaced);
  if (at?.line !== 3 || at?.column !== 9) wrong.push("names the wrong place of an error");
  return wrong.concat(
    refused.filter((sql) => firstError(sql) === undefined).map((sql) => `accepts: ${sql}`),
  );
}

// sqlFiles returns the .sql files below a folder, sorted. A missing folder has none.
function sqlFiles(folder) {
  let names;
  try {
    names = readdirSync(folder, { recursive: true });
  } catch (e) {
    if (e.code === "ENOENT") return [];
    throw e;
  }
  return names.filter((n) => n.endsWith(".sql")).sort().map((n) => join(folder, n));
}

function main(root) {
  const problems = selfTest().map((p) => `self-test: ${p}`);
  let count = 0;
  for (const folder of ["queries", join("sql", "views")]) {
    const files = sqlFiles(join(root, folder));
    if (files.length === 0) problems.push(`${folder}: no .sql files, so nothing was checked`);
    for (const file of files) {
      const e = firstError(readFileSync(file, "utf8"));
      if (e) problems.push(`${relative(root, file)}:${e.line}:${e.column}: ${e.message}`);
    }
    count += files.length;
  }
  for (const p of problems) console.error(p);
  if (problems.length > 0) return 1;
  const known = accepted.length + refused.length;
  console.log(`trino: ${count} files parse, ${known} known spellings told apart`);
  return 0;
}

process.exitCode = main(process.argv[2] ?? ".");
