package io.keymoot.simulator.baseline;

import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.crypto.Hkdf;
import io.keymoot.flatkeying.paper.KeyName;
import io.keymoot.flatkeying.paper.KeyTable;
import io.keymoot.flatkeying.paper.Posted;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A fresh key sealed to each who stays, under a key shared with that one. Whoever does it, its
 * sessions with all the others are taken to be at hand.
 */
final class PairwiseSeals implements Scheme {
  private final Entropy entropy;
  private final KeyTable all = new KeyTable();
  private final Map<Integer, KeyTable> kept = new LinkedHashMap<>();
  private final Map<Integer, KeyName> in = new LinkedHashMap<>();
  private final List<Posted> wire = new ArrayList<>();
  private KeyName tek = new KeyName(KeyName.TEK, 1, 0);

  PairwiseSeals(Entropy entropy) {
    this.entropy = entropy;
    all.put(tek, key());
  }

  private Bytes key() {
    return Bytes.owning(entropy.bytes(Hkdf.KEY_BYTES));
  }

  @Override
  public String name() {
    return "pairwise seals";
  }

  @Override
  public String source() {
    return "the base line: one seal for each member";
  }

  @Override
  public String manager() {
    return "none";
  }

  @Override
  public Cost join(int member) {
    Posted step = Posted.derived(List.of(tek), tek.stepped());
    wire.add(step);
    all.read(step);
    tek = tek.stepped();
    KeyName own = new KeyName(member, 1, 0);
    all.put(own, key());
    KeyTable table = new KeyTable();
    table.put(own, all.get(own));
    table.put(tek, all.get(tek));
    kept.put(member, table);
    in.put(member, own);
    long handed = HEADER_BYTES + ENCAPSULATION_BYTES + WRAP_BYTES;
    return new Cost(HEADER_BYTES, handed, 2, in.size() - 1L, 0);
  }

  @Override
  public Cost leave(int member) {
    if (in.remove(member) == null || in.isEmpty()) {
      return Cost.NONE;
    }
    tek = new KeyName(KeyName.TEK, tek.version() + 1, 0);
    all.put(tek, key());
    in.values().forEach(own -> wire.add(Posted.wrapped(List.of(own), all, tek)));
    long seals = in.size() - 1L;
    return new Cost(HEADER_BYTES + ID_BYTES + seals * WRAP_BYTES, 0, seals, seals, 0);
  }

  @Override
  public long exposureMillis(long atMillis, long hopMillis) {
    return hopMillis;
  }

  @Override
  public int size() {
    return in.size();
  }

  @Override
  public KeyTable kept(int member) {
    return kept.getOrDefault(member, new KeyTable());
  }

  @Override
  public List<Posted> wire() {
    return wire;
  }

  @Override
  public KeyName tek() {
    return tek;
  }

  @Override
  public Bytes tekBytes() {
    return all.get(tek);
  }
}
