package io.keymoot.flatkeying.message;

import io.keymoot.flatkeying.fact.Approval;

/** A member's approval, for whoever acts on it. */
public record ApproveWord(Approval approval) implements SideMessage {}
