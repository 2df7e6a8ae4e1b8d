//! Whole jobs over data, as workflows would chain them.

use aos_skills::TextParse;
use serde_json::{Value, json};

use crate::support::{check_transform, invoke};

const LOG: &str = "\
2026-11-23T10:00:00Z INFO api started
2026-11-23T10:00:05Z ERROR db connection refused
2026-11-23T10:00:06Z WARN api slow answer
  at some stack frame
2026-11-23T10:00:09Z ERROR db connection refused
2026-11-23T10:00:11Z ERROR api bad request
";

fn log() -> Value {
    let pattern = r"^(?<time>\S+) (?<level>[A-Z]+) (?<service>\w+) (?<message>.*)$";
    let inputs = json!({ "text": LOG, "format": "pattern", "pattern": pattern, "unmatched": "skip" });
    invoke(&TextParse::new(), inputs).unwrap()
}

fn orders() -> Value {
    let text = "region,item,amount\nnorth,tea,12.50\nsouth,tea,30\nnorth,mate,7.25\neast,tea,1\n";
    invoke(&TextParse::new(), json!({ "text": text, "format": "csv" })).unwrap()
}

#[test]
fn log_lines_are_counted_by_level() {
    check_transform(
        "data.groupBy(r, r.level).transformMap(level, rows, rows.size())",
        &log(),
        &json!({ "ERROR": 3, "INFO": 1, "WARN": 1 }),
    );
}

#[test]
fn log_lines_are_counted_by_level_without_parsing_first() {
    check_transform(
        r#"["ERROR", "WARN"].map(level, {"level": level, "n": data.lines().filter(l, l.contains(" " + level + " ")).size()})"#,
        &json!(LOG),
        &json!([{ "level": "ERROR", "n": 3 }, { "level": "WARN", "n": 1 }]),
    );
}

#[test]
fn errors_are_ranked_by_how_often_they_occur() {
    check_transform(
        r#"data.filter(r, r.level == "ERROR")
            .groupBy(r, r.service + ": " + r.message)
            .transformList(error, rows, {"error": error, "n": rows.size(), "last": rows.map(r, r.time).max()})
            .sortBy(e, [-e.n, e.error])
            .slice(0, 1)"#,
        &log(),
        &json!([{ "error": "db: connection refused", "n": 2, "last": "2026-11-23T10:00:09Z" }]),
    );
}

#[test]
fn amounts_are_summed_and_averaged_by_group() {
    check_transform(
        r#"data.groupBy(r, r.region).transformList(region, rows,
            cel.bind(amounts, rows.map(r, double(r.amount)), {
                "region": region, "n": rows.size(), "total": amounts.sum(), "mean": amounts.avg(),
            }))"#,
        &orders(),
        &json!([
            { "region": "east", "n": 1, "total": 1.0, "mean": 1.0 },
            { "region": "north", "n": 2, "total": 19.75, "mean": 9.875 },
            { "region": "south", "n": 1, "total": 30.0, "mean": 30.0 },
        ]),
    );
}

#[test]
fn the_largest_rows_are_taken() {
    check_transform(
        "data.sortBy(r, -double(r.amount)).slice(0, 2).map(r, r.item + ' ' + r.region)",
        &orders(),
        &json!(["tea south", "tea north"]),
    );
}

#[test]
fn a_markdown_report_is_rendered() {
    check_transform(
        r##""# Orders by region\n\n| region | orders | total |\n| --- | ---: | ---: |\n" +
            data.groupBy(r, r.region).transformList(region, rows,
                "| %s | %d | %.2f |\n".format([region, rows.size(), rows.map(r, double(r.amount)).sum()])
            ).join() +
            "\nTotal: %.2f\n".format([data.map(r, double(r.amount)).sum()])"##,
        &orders(),
        &json!(
            "# Orders by region\n\n| region | orders | total |\n| --- | ---: | ---: |\n\
             | east | 1 | 1.00 |\n| north | 2 | 19.75 |\n| south | 1 | 30.00 |\n\nTotal: 50.75\n"
        ),
    );
}

#[test]
fn the_outputs_of_several_steps_are_merged() {
    let data = json!({
        "parts": [[{ "id": 2, "n": 1 }], null, [{ "id": 1, "n": 5 }, { "id": 2, "n": 1 }]],
        "names": { "1": "Ada", "2": "Bo" },
    });
    check_transform(
        r#"data.parts.filter(p, p != null).flatten().distinct().sortBy(r, r.id)
            .map(r, r.merge({"name": data.names[string(r.id)]}))"#,
        &data,
        &json!([{ "id": 1, "n": 5, "name": "Ada" }, { "id": 2, "n": 1, "name": "Bo" }]),
    );
}

#[test]
fn records_of_two_steps_are_joined_by_key() {
    let data = json!({
        "orders": [{ "customer": "c2", "amount": 3 }, { "customer": "c1", "amount": 4 }, { "customer": "c9", "amount": 5 }],
        "customers": [{ "id": "c1", "name": "Ada" }, { "id": "c2", "name": "Bo" }],
    });
    check_transform(
        r#"cel.bind(by_id, data.customers.groupBy(c, c.id),
            data.orders.map(o, o.customer in by_id, {"name": by_id[o.customer][0].name, "amount": o.amount}))"#,
        &data,
        &json!([{ "name": "Bo", "amount": 3 }, { "name": "Ada", "amount": 4 }]),
    );
}
