//! Prometheus metrics of AOS as an observer.
