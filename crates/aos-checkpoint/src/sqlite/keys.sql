-- Which request each idempotency key stands for. Rows are never changed or removed, and outlive their runs.
create table idempotency_keys (
    -- Whose key it is, such as `tenant/acme`; empty for runs without an agent.
    owner      text not null,
    key        text not null,
    -- The SHA-256 of skill and inputs as 64 hex digits.
    request    text not null,
    run_id     text not null,
    step_id    text not null,
    claimed_at integer not null,
    primary key (owner, key)
) strict, without rowid;
