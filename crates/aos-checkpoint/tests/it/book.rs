//! Budgets in a file are those of the book, which is the plainest reading of their rules.

use aos_spec::{
    Money, RunId, RunStatus, StepIndex, StepResult, Timestamp,
    budget::{Account, Book, BudgetLimit, Hold, Period},
    journal::{JournalEntry, JournalRow},
    port::{BudgetLedger, CheckpointStore, CheckpointUpdate, Clock, Lease},
};
use proptest::prelude::*;

use crate::support::{InFile, header, registered};

/// What one run does next.
#[derive(Debug, Clone)]
enum Act {
    /// Needs so much, and would like so much.
    Hold(u64, u64),
    /// Ends a step at this cost.
    End(u64),
    /// Lets go and is taken up again.
    Leave,
}

fn act() -> impl Strategy<Value = (usize, Act)> {
    let act = prop_oneof![
        3 => (0_u64..40, 0_u64..60).prop_map(|(need, more)| Act::Hold(need, need + more)),
        2 => (0_u64..20).prop_map(Act::End),
        1 => Just(Act::Leave),
    ];
    (0_usize..4, act)
}

fn cents(cents: u64) -> Money {
    Money::from_cents(cents).unwrap()
}

fn run_id(number: usize) -> RunId {
    format!("run-{number}").parse().unwrap()
}

fn ended(step: u32, cost: u64) -> JournalRow {
    let mut result = StepResult::completed("a".parse().unwrap(), "x".into());
    result.cost_cents = cents(cost);
    JournalEntry::Ended(result).to_row(StepIndex(step), 0).unwrap()
}

async fn leave(store: &dyn CheckpointStore, lease: &Lease) {
    let stored = store.load(&lease.run_id).await.unwrap().unwrap();
    let update = CheckpointUpdate {
        expected_version: lease.version,
        status: RunStatus::Paused,
        next_step_index: stored.checkpoint.next_step_index,
        last_result_hash: stored.checkpoint.last_result_hash,
        error: None,
        elapsed_ms: 0,
    };
    store.save(lease, update).await.unwrap();
}

/// Lets a file and a book do the same, and compares all that they say.
async fn compare(acts: Vec<(usize, Act)>, most: u64) -> Result<(), TestCaseError> {
    let place = InFile::new();
    let store = place.open().await;
    let worker = registered(&store, "worker").await;
    let account: Account = "agent/a".parse().unwrap();
    let limits = [Period::Day, Period::Total].map(|period| BudgetLimit {
        account: account.clone(),
        period,
        most: cents(most),
    });
    let (mut book, mut leases, mut costs) = (Book::default(), Vec::new(), [(0_u32, 0_u64); 4]);
    for number in 0..costs.len() {
        let header = header(run_id(number).as_str());
        leases.push(store.create(&header, &worker).await.unwrap());
    }
    let now: Timestamp = place.clock.now();
    for (number, act) in acts {
        match act {
            Act::Hold(need, want) => {
                let hold = Hold {
                    run_id: run_id(number),
                    limits: limits.to_vec(),
                    need: cents(need),
                    want: cents(want),
                };
                prop_assert_eq!(store.hold(&hold).await.unwrap(), book.hold(&hold, now));
            }
            Act::End(cost) => {
                let (steps, sum) = costs[number];
                costs[number] = (steps + 1, sum + cost);
                store
                    .append(&leases[number], vec![ended(steps, cost)])
                    .await
                    .unwrap();
            }
            Act::Leave => {
                leave(&store, &leases[number]).await;
                book.settle(&run_id(number), cents(costs[number].1));
                leases[number] = store.acquire(&run_id(number), &worker).await.unwrap();
            }
        }
        prop_assert_eq!(store.usage(&account).await.unwrap(), book.usage(&account, now));
    }
    store.close().await;
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn a_file_answers_as_the_book_does(acts in proptest::collection::vec(act(), 1..40), most in 1_u64..120) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(compare(acts, most))?;
    }
}
