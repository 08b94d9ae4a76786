package io.keymoot.flatkeying.fact;

/** σ: a place in the slot table. A member holds the w slots whose symbol its address shows. */
public record Slot(int position, int symbol) implements Comparable<Slot> {

  public boolean isHeldBy(MemberId member, Profile profile) {
    return member.hash().symbol(position, profile.symbolBits()) == symbol;
  }

  @Override
  public int compareTo(Slot other) {
    int order = Integer.compare(position, other.position);
    return order != 0 ? order : Integer.compare(symbol, other.symbol);
  }

  @Override
  public String toString() {
    return position + "." + Integer.toHexString(symbol);
  }
}
