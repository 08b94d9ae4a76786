package io.keymoot.simulator.baseline;

import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.paper.KeyName;
import io.keymoot.flatkeying.paper.KeyTable;
import io.keymoot.flatkeying.paper.PaperGroup;
import io.keymoot.flatkeying.paper.Posted;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Distributed flat keying as the paper has it: 32 binary symbols. */
final class PapersRule implements Scheme {
  private static final int SYMBOLS = 32;

  private final PaperGroup group;
  private final Map<Integer, PaperGroup.Participant> everybody = new LinkedHashMap<>();

  PapersRule(Entropy entropy) {
    group = new PaperGroup(SYMBOLS, 2, entropy);
  }

  @Override
  public String name() {
    return "the paper's flat rule";
  }

  @Override
  public String source() {
    return "Caronni, Waldvogel, Sun, Plattner 1998, section 3.4";
  }

  @Override
  public String manager() {
    return "none";
  }

  @Override
  public Cost join(int member) {
    int before = group.participants().size();
    everybody.put(member, group.join("" + member));
    // The newcomer is handed its keys; who holds one of them takes one step.
    long handed = HEADER_BYTES + ENCAPSULATION_BYTES + (SYMBOLS + 1) * (long) WRAP_BYTES;
    return new Cost(HEADER_BYTES, handed, SYMBOLS + 2, before * (SYMBOLS / 2L + 1), 0);
  }

  @Override
  public Cost leave(int member) {
    PaperGroup.Participant leaver = everybody.get(member);
    List<PaperGroup.Participant> in = group.participants();
    if (leaver == null || !in.contains(leaver) || in.size() < 2) {
      return Cost.NONE;
    }
    PaperGroup.Change change =
        group.evict(in.get(0) == leaver ? in.get(1) : in.get(0), List.of(leaver));
    long followers = group.participants().size();
    // One unwrap each, and about half of the KEKs that were the leaver's.
    return new Cost(
        change.bytes(),
        0,
        change.wraps(),
        followers * (1 + SYMBOLS / 2),
        change.lockedOut().size());
  }

  @Override
  public long exposureMillis(long atMillis, long hopMillis) {
    return 2 * hopMillis; // whom only a relay reaches
  }

  @Override
  public int size() {
    return group.participants().size();
  }

  @Override
  public KeyTable kept(int member) {
    PaperGroup.Participant participant = everybody.get(member);
    return participant == null ? new KeyTable() : participant.kept();
  }

  @Override
  public List<Posted> wire() {
    return group.wire();
  }

  @Override
  public KeyName tek() {
    return group.participants().get(0).tek();
  }

  @Override
  public Bytes tekBytes() {
    return group.tekBytes();
  }
}
