//! Amounts of money as integers.

use std::{fmt, iter::Sum, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An amount of money in micro-cents: one cent is 1,000,000 of them.
///
/// One call of a language model often costs a thousandth of a cent, so whole cents would make budgets useless, and
/// floating-point sums would depend on their order. All arithmetic is checked; an amount is never negative.
///
/// In JSON and YAML an amount is a decimal number of cents, such as `25` or `0.25`, with at most six decimals.
///
/// ```
/// use aos_spec::Money;
///
/// let price: Money = "0.25".parse()?;
/// assert_eq!(price.as_micro_cents(), 250_000);
/// assert_eq!(price.checked_add(Money::from_cents(2).unwrap()).unwrap().to_string(), "2.25");
/// # Ok::<(), aos_spec::money::MoneyError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Money(
    // INVARIANT: at most `i64::MAX`, so that every store can hold it.
    u64,
);

const MICRO_CENTS_PER_CENT: u64 = 1_000_000;

/// The reason why a value is not an amount of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MoneyError {
    /// Not a plain decimal number.
    #[error("not an amount in cents: expected a decimal number such as `25` or `0.25`")]
    NotANumber,
    /// Below zero.
    #[error("an amount cannot be negative")]
    Negative,
    /// Finer than a micro-cent.
    #[error("an amount has at most six decimals (one micro-cent is 0.000001 cents)")]
    TooFine,
    /// Above the largest amount.
    #[error("the amount is out of range: at most {} cents", Money::MAX)]
    OutOfRange,
}

impl Money {
    /// No money.
    pub const ZERO: Self = Self(0);

    /// The largest amount: about 92 billion dollars.
    pub const MAX: Self = Self(i64::MAX as u64);

    /// Returns the amount of `micro_cents`; `None` when it is larger than [`Money::MAX`].
    #[must_use]
    pub const fn from_micro_cents(micro_cents: u64) -> Option<Self> {
        if micro_cents <= Self::MAX.0 {
            Some(Self(micro_cents))
        } else {
            None
        }
    }

    /// Returns the amount of `cents`; `None` when it is larger than [`Money::MAX`].
    #[must_use]
    pub const fn from_cents(cents: u64) -> Option<Self> {
        match cents.checked_mul(MICRO_CENTS_PER_CENT) {
            Some(micro_cents) => Self::from_micro_cents(micro_cents),
            None => None,
        }
    }

    /// Returns the amount in micro-cents.
    #[must_use]
    pub const fn as_micro_cents(self) -> u64 {
        self.0
    }

    /// Whether this is no money at all.
    #[must_use]
    pub const fn is_zero(&self) -> bool {
        self.0 == 0
    }

    /// Returns the sum; `None` when it is out of range.
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) => Self::from_micro_cents(sum),
            None => None,
        }
    }

    /// Returns the difference; `None` when `other` is larger.
    #[must_use]
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(difference) => Some(Self(difference)),
            None => None,
        }
    }

    /// Returns the product; `None` when it is out of range.
    #[must_use]
    pub const fn checked_mul(self, factor: u64) -> Option<Self> {
        match self.0.checked_mul(factor) {
            Some(product) => Self::from_micro_cents(product),
            None => None,
        }
    }

    /// Returns the sum; [`Money::MAX`] when it is out of range. For totals that only limit, never for a ledger.
    #[must_use]
    pub const fn saturating_add(self, other: Self) -> Self {
        match self.checked_add(other) {
            Some(sum) => sum,
            None => Self::MAX,
        }
    }
}

impl Sum for Money {
    /// Returns the sum; [`Money::MAX`] when it is out of range.
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Self::saturating_add)
    }
}

impl fmt::Display for Money {
    /// Writes the amount in cents, such as `25` or `0.25`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (cents, rest) = (self.0 / MICRO_CENTS_PER_CENT, self.0 % MICRO_CENTS_PER_CENT);
        if rest == 0 {
            return f.pad(&cents.to_string());
        }
        let decimals = format!("{rest:06}");
        f.pad(&format!("{cents}.{}", decimals.trim_end_matches('0')))
    }
}

impl FromStr for Money {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        if let Some(rest) = text.strip_prefix('-') {
            return Err(rest
                .parse::<Self>()
                .map_or_else(|error| error, |_| MoneyError::Negative));
        }
        let (cents, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !is_digits(cents) || !is_digits(decimals) {
            return Err(MoneyError::NotANumber);
        }
        let decimals = decimals.trim_end_matches('0');
        if decimals.len() > 6 {
            return Err(MoneyError::TooFine);
        }
        let cents: u64 = cents.parse().map_err(|_| MoneyError::OutOfRange)?;
        let micro_cents: u64 = format!("{decimals:0<6}")
            .parse()
            .map_err(|_| MoneyError::NotANumber)?;
        cents
            .checked_mul(MICRO_CENTS_PER_CENT)
            .and_then(|whole| whole.checked_add(micro_cents))
            .and_then(Self::from_micro_cents)
            .ok_or(MoneyError::OutOfRange)
    }
}

impl Serialize for Money {
    /// Writes cents: an integer where the amount is whole, otherwise a decimal number.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_multiple_of(MICRO_CENTS_PER_CENT) {
            return serializer.serialize_u64(self.0 / MICRO_CENTS_PER_CENT);
        }
        // The nearest double prints as the same decimal for every amount below 10^15 micro-cents, since a double holds
        // 15 digits. Above that the text form may be needed to keep the amount exact.
        let nearest: f64 = self.to_string().parse().map_err(serde::ser::Error::custom)?;
        if format!("{nearest}").parse() == Ok(*self) {
            serializer.serialize_f64(nearest)
        } else {
            serializer.collect_str(self)
        }
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = Money;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an amount in cents such as `25` or `0.25`")
            }

            fn visit_u64<E: de::Error>(self, cents: u64) -> Result<Money, E> {
                Money::from_cents(cents).ok_or_else(|| E::custom(MoneyError::OutOfRange))
            }

            fn visit_i64<E: de::Error>(self, cents: i64) -> Result<Money, E> {
                let cents = u64::try_from(cents).map_err(|_| E::custom(MoneyError::Negative))?;
                self.visit_u64(cents)
            }

            fn visit_f64<E: de::Error>(self, cents: f64) -> Result<Money, E> {
                // The shortest decimal that reads back as this double is what its author wrote.
                format!("{cents}").parse().map_err(E::custom)
            }

            fn visit_str<E: de::Error>(self, cents: &str) -> Result<Money, E> {
                cents.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for Money {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Money".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["number", "string"],
            "minimum": 0,
            "pattern": "^[0-9]+(\\.[0-9]{1,6})?$",
            "description": "An amount in cents with at most six decimals, such as 25 or 0.25.",
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Money, MoneyError};

    #[track_caller]
    fn check(json: &str, expect: Result<u64, &str>) {
        let actual = serde_json::from_str::<Money>(json).map(Money::as_micro_cents);
        match (actual, expect) {
            (Ok(actual), Ok(expect)) => assert_eq!(actual, expect),
            (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
            (actual, _) => panic!("{json}: {actual:?}"),
        }
    }

    #[test]
    fn cents_are_read_as_decimals() {
        check("25", Ok(25_000_000));
        check("0.25", Ok(250_000));
        check("0.000001", Ok(1));
        check("0.1", Ok(100_000));
        check("1.50", Ok(1_500_000));
        check("\"9223372036854.775807\"", Ok(9_223_372_036_854_775_807));
        check("0", Ok(0));
        check("-0.0", Err("negative"));
    }

    #[test]
    fn what_is_not_an_amount_is_refused() {
        check("-1", Err("negative"));
        check("-0.5", Err("negative"));
        check("0.0000001", Err("six decimals"));
        check("9223372036855", Err("out of range"));
        check("1e300", Err("out of range"));
        check("\"NaN\"", Err("not an amount"));
        check("\"1e3\"", Err("not an amount"));
        check("\"\"", Err("not an amount"));
        check("true", Err("an amount in cents"));
        assert_eq!("-x".parse::<Money>(), Err(MoneyError::NotANumber));
    }

    proptest! {
        #[test]
        fn every_amount_reads_back(micro_cents in 0..=Money::MAX.as_micro_cents()) {
            let money = Money::from_micro_cents(micro_cents).unwrap();
            prop_assert_eq!(money.to_string().parse(), Ok(money));
            let json = serde_json::to_string(&money).unwrap();
            prop_assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), money);
        }

        #[test]
        fn amounts_of_15_digits_are_json_numbers(micro_cents in 0_u64..1_000_000_000_000_000) {
            let money = Money::from_micro_cents(micro_cents).unwrap();
            prop_assert!(serde_json::to_value(money).unwrap().is_number());
        }
    }
}
