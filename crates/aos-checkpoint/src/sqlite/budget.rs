//! What runs hold of their budgets, and what they are charged.

use aos_spec::{
    Money, RunId, RunStatus, StepIndex, Timestamp,
    budget::{Account, BudgetUsage, Hold, Holding, Period, Standing, grant},
    journal::{COST_PREFIX, RowKind, total_cost},
    port::StoreError,
};
use sqlx::{Row, SqliteConnection};

use super::number::unstored;

const FIND_STATUS: &str = "select status from workflow_checkpoints where run_id = ?1";

/// Whether there is anything to settle for anybody; nearly always not.
const IS_USED: &str = "select exists(select 1 from budget_runs)";

const FIND_RUN: &str = "select charged, held from budget_runs where run_id = ?1";

/// The period in which the run began to hold, where it did.
const FIND_WINDOW: &str =
    "select window from budget_holds where run_id = ?1 and account = ?2 and period = ?3";

const SUM_TAKEN: &str = "select
    coalesce((select spent from budget_spent where account = ?2 and period = ?3 and window = ?4), 0),
    coalesce((select sum(max(held - charged, 0)) from budget_holds join budget_runs using (run_id)
        where account = ?2 and period = ?3 and window = ?4 and run_id <> ?1), 0)";

const HOLD: &str = "insert into budget_runs(run_id, charged, held) values (?1, 0, ?2)
    on conflict do update set held = excluded.held";

const HOLD_OF: &str = "insert into budget_holds(account, period, window, run_id) values (?1, ?2, ?3, ?4) on conflict do nothing";

/// The cost stands first in the body of a failure (2) and of an end (3), which is far cheaper than to read the JSON.
const LIST_COSTS: &str = "select step, kind, cast(substr(body, ?2, 19) as integer) from workflow_steps
    join workflow_checkpoints using (run_no) where run_id = ?1 and kind in (2, 3)";

/// An account is never charged above what can be stored.
const SPEND: &str = "insert into budget_spent(account, period, window, spent)
    select account, period, window, ?2 from budget_holds where run_id = ?1
    on conflict do update set spent = iif(spent > 9223372036854775807 - excluded.spent,
        9223372036854775807, spent + excluded.spent)";

const LET_GO: &str = "delete from budget_holds where run_id = ?1";

const CHARGE: &str = "update budget_runs set held = null, charged = max(charged, ?2) where run_id = ?1";

const FORGET: &str = "delete from budget_runs where run_id = ?1";

/// Lets a run hold an amount, if its budgets have room.
pub(super) async fn hold(
    conn: &mut SqliteConnection,
    hold: &Hold,
    now: Timestamp,
) -> sqlx::Result<Result<Holding, StoreError>> {
    let run_id = hold.run_id.as_str();
    let status: Option<String> = sqlx::query_scalar(FIND_STATUS)
        .bind(run_id)
        .fetch_optional(&mut *conn)
        .await?;
    if status.as_deref() != Some(RunStatus::Running.as_str()) {
        return Ok(Err(StoreError::NotFound(hold.run_id.clone())));
    }
    let (charged, held) = run(conn, run_id).await?.unwrap_or_default();
    let mut standings = Vec::new();
    let mut windows = Vec::new();
    for limit in &hold.limits {
        let (account, period) = (limit.account.to_string(), limit.period);
        let window: Option<String> = sqlx::query_scalar(FIND_WINDOW)
            .bind(run_id)
            .bind(&account)
            .bind(period.as_str())
            .fetch_optional(&mut *conn)
            .await?;
        let window = window.unwrap_or_else(|| period.window(now));
        let row = sqlx::query(SUM_TAKEN)
            .bind(run_id)
            .bind(&account)
            .bind(period.as_str())
            .bind(&window)
            .fetch_one(&mut *conn)
            .await?;
        let taken = money(row.try_get(0)?)?.checked_add(money(row.try_get(1)?)?);
        standings.push(Standing {
            limit: limit.clone(),
            taken,
        });
        windows.push((account, period, window));
    }
    let holding = grant(hold, charged, held, &standings);
    if let Holding::Held(amount) = holding {
        sqlx::query(HOLD)
            .bind(run_id)
            .bind(stored(amount))
            .execute(&mut *conn)
            .await?;
        for (account, period, window) in windows {
            sqlx::query(HOLD_OF)
                .bind(account)
                .bind(period.as_str())
                .bind(window)
                .bind(run_id)
                .execute(&mut *conn)
                .await?;
        }
    }
    Ok(Ok(holding))
}

/// Whether there is anything to settle for anybody.
pub(super) async fn is_used(conn: &mut SqliteConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar(IS_USED).fetch_one(conn).await
}

/// Charges a run that lets go what all its attempts have cost. A run that holds nothing is not charged.
pub(super) async fn settle(conn: &mut SqliteConnection, run_id: &RunId, is_over: bool) -> sqlx::Result<()> {
    let run_id = run_id.as_str();
    let Some((charged, held)) = run(conn, run_id).await? else {
        return Ok(());
    };
    if held.is_some() {
        let cost = cost(conn, run_id).await?;
        let rest = cost.checked_sub(charged).unwrap_or(Money::ZERO);
        sqlx::query(SPEND)
            .bind(run_id)
            .bind(stored(rest))
            .execute(&mut *conn)
            .await?;
        sqlx::query(LET_GO).bind(run_id).execute(&mut *conn).await?;
        sqlx::query(CHARGE)
            .bind(run_id)
            .bind(stored(cost))
            .execute(&mut *conn)
            .await?;
    }
    if is_over {
        sqlx::query(FORGET).bind(run_id).execute(conn).await?;
    }
    Ok(())
}

/// Returns what is spent from an account and held of it in the periods of `now`.
pub(super) async fn usage(
    conn: &mut SqliteConnection,
    account: &Account,
    now: Timestamp,
) -> sqlx::Result<Vec<BudgetUsage>> {
    let mut usage = Vec::new();
    for period in Period::ALL {
        let window = period.window(now);
        let row = sqlx::query(SUM_TAKEN)
            .bind("")
            .bind(account.to_string())
            .bind(period.as_str())
            .bind(&window)
            .fetch_one(&mut *conn)
            .await?;
        usage.push(BudgetUsage {
            account: account.clone(),
            period,
            window,
            spent_cents: money(row.try_get(0)?)?,
            held_cents: money(row.try_get(1)?)?,
        });
    }
    Ok(usage)
}

/// Returns what a run was charged and what it holds.
async fn run(conn: &mut SqliteConnection, run_id: &str) -> sqlx::Result<Option<(Money, Option<Money>)>> {
    let row = sqlx::query(FIND_RUN).bind(run_id).fetch_optional(conn).await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let held: Option<i64> = row.try_get("held")?;
    Ok(Some((
        money(row.try_get("charged")?)?,
        held.map(money).transpose()?,
    )))
}

/// Returns what all attempts of a run have cost.
async fn cost(conn: &mut SqliteConnection, run_id: &str) -> sqlx::Result<Money> {
    let position = i64::try_from(COST_PREFIX.len() + 1).unwrap_or(i64::MAX);
    let rows = sqlx::query(LIST_COSTS)
        .bind(run_id)
        .bind(position)
        .fetch_all(conn)
        .await?;
    let entry = |row: &sqlx::sqlite::SqliteRow| {
        let kind = RowKind::from_number(row.try_get(1)?)
            .ok_or_else(|| sqlx::Error::Decode("a row of an unknown kind".into()))?;
        Ok((StepIndex(row.try_get(0)?), kind, money(row.try_get(2)?)?))
    };
    Ok(total_cost(
        rows.iter().map(entry).collect::<sqlx::Result<Vec<_>>>()?,
    ))
}

fn money(stored: i64) -> sqlx::Result<Money> {
    Money::from_micro_cents(unstored(stored)?).ok_or_else(|| sqlx::Error::Decode("an amount".into()))
}

fn stored(money: Money) -> i64 {
    super::number::stored(money.as_micro_cents())
}
