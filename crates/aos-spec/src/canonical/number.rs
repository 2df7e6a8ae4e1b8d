//! The canonical form of floats.

/// 2^53: from here on not every integer is exact as a double, so a double must not look like one.
pub(super) const FIRST_INEXACT: f64 = 9_007_199_254_740_992.0;

/// Appends the form of ECMAScript's `Number::toString`, but with an exponent from 2^53 on. `float` is finite.
pub(super) fn write_float(float: f64, out: &mut Vec<u8>) {
    let mut buffer = ryu_js::Buffer::new();
    let text = buffer.format_finite(float);
    if float.abs() < FIRST_INEXACT || text.contains('e') {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let exponent = digits.len() - 1;
    let (first, rest) = digits.trim_end_matches('0').split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    out.extend_from_slice(format!("{sign}{first}{point}{rest}e+{exponent}").as_bytes());
}
