package io.keymoot.flatkeying.fact;

import io.keymoot.flatkeying.wire.Bytes;

/** A header as it was signed: enough to prove that its author made the statement. */
public record SignedHeader(Header header, Bytes signature) {}
