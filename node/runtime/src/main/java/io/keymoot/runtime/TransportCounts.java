package io.keymoot.runtime;

/**
 * What a transport did since it was opened.
 *
 * @param sent messages given to the network
 * @param dropped messages that found their queue full, or gave way to a better one there
 * @param failed messages that the network would not take
 * @param unacknowledged messages that should have been reliable, and went without because too many
 *     before them were not acknowledged
 * @param received messages passed to the receiver
 * @param refused arriving messages that were no plain bytes, too large, or of unknown form
 * @param lost reliable frames that others sent to all, as they say, and that never came, however
 *     often they were asked for
 * @param refusedUnread messages refused in this JVM before their contents were read; the only
 *     figure that counts for all transports in the JVM together
 */
public record TransportCounts(
    long sent,
    long dropped,
    long failed,
    long unacknowledged,
    long received,
    long refused,
    long lost,
    long refusedUnread) {}
