/**
 * Side messages: what members say to each other beside facts. A lost one costs a retry, never more.
 *
 * <p>Each is signed by its sender, but for those that vouch for themselves: a {@link
 * io.keymoot.flatkeying.message.SyncReply} carries facts with their own signatures and blobs named
 * by their hashes, a {@link io.keymoot.flatkeying.message.SessionAnswer} its own confirmation.
 */
@NullMarked
package io.keymoot.flatkeying.message;

import org.jspecify.annotations.NullMarked;
