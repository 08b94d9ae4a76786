package io.keymoot.flatkeying.group;

/** Answers what a set of facts showed before, and after, one of them. */
interface Pasts {
  /** The state of past(fact). */
  GroupState past(Known fact);

  /** The state of P(fact). */
  GroupState after(Known fact);
}
