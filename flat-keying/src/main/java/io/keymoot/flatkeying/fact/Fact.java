package io.keymoot.flatkeying.fact;

/** The content of a fact: what a member says for good. Facts only accumulate; see section 5. */
public sealed interface Fact permits Found, Admit, Here, Rekey, Reseal {
  MessageType type();
}
