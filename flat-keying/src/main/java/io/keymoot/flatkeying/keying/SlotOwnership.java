package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Slot;
import java.util.Optional;

/**
 * One slot of the table as this peer's facts show it, for people to see. Whose turn it is to make
 * its next key, and who says that it has it, the heartbeat knows.
 *
 * @param members how many members' addresses show it
 * @param reseal the standing Reseal, from which its next KEKs come
 * @param resealedBy the key holder that made it
 * @param version the Reseal from which its KEK in the running epoch comes; another than {@code
 *     reseal} until the next epoch takes that in
 * @param epoch in which it has a KEK now: the running one
 * @param clean whether nobody who is out ever held that KEK, so that it may be wrapped under
 * @param own whether this peer's address shows it
 * @param held whether this peer holds that KEK
 */
public record SlotOwnership(
    Slot slot,
    int members,
    Optional<FactId> reseal,
    Optional<MemberId> resealedBy,
    Optional<FactId> version,
    Optional<FactId> epoch,
    boolean clean,
    boolean own,
    boolean held) {}
