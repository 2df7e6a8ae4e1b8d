//! The canonical form of numbers.

use serde_json::Number;

/// Appends the canonical form of `number`.
pub(super) fn write_number(number: &Number, out: &mut Vec<u8>) {
    match number.as_f64() {
        Some(float) if number.is_f64() => write_float(float, out),
        // Integers of 64 bits print exactly.
        _ => out.extend_from_slice(number.to_string().as_bytes()),
    }
}

/// Integers of greater magnitude are not exact as doubles, so a double there must not look like one.
const LARGEST_PLAIN: f64 = 9_007_199_254_740_992.0;

/// Appends the form of ECMAScript's `Number::toString`, but with an exponent from 2^53 on.
fn write_float(float: f64, out: &mut Vec<u8>) {
    let mut buffer = ryu_js::Buffer::new();
    let text = buffer.format_finite(float);
    if float.abs() < LARGEST_PLAIN || text.contains('e') {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let exponent = digits.len() - 1;
    let significant = digits.trim_end_matches('0');
    let (first, rest) = significant.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    out.extend_from_slice(format!("{sign}{first}{point}{rest}e+{exponent}").as_bytes());
}
