package io.keymoot.runtime;

import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.keying.FlatKeying;

/** What group a node wants to be in. */
sealed interface Wish {
  record Found(FlatKeying.Founding plan) implements Wish {}

  record Join(GroupId group) implements Wish {}

  /** The one that is heard first. */
  record JoinAny() implements Wish {}

  record JoinOrFound(FlatKeying.Founding plan) implements Wish {}
}
