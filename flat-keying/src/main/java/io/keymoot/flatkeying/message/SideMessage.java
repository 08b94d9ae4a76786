package io.keymoot.flatkeying.message;

/** A message that is no fact. */
public sealed interface SideMessage
    permits JoinAsk,
        Grant,
        LeaveWord,
        ApproveWord,
        Need,
        Give,
        SyncAsk,
        SyncReply,
        Relay,
        SessionAnswer {}
