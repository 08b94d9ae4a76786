package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.wire.Hash32;
import org.jspecify.annotations.Nullable;

/**
 * By member, one epoch and one mask: a hash table by hand, of three arrays that are walked from
 * where a member's hash points to the next free place.
 *
 * <p>Its size is a pair of members. A map of objects would take 90 bytes for each, where this takes
 * 16 to 32; the ids are those that whoever puts them in holds anyway.
 */
final class SaidMasks implements Said {
  private @Nullable Hash32[] members = new @Nullable Hash32[16];
  private @Nullable Hash32[] epochs = new @Nullable Hash32[16];
  private int[] masks = new int[16];
  private int size;

  int size() {
    return size;
  }

  @Override
  public @Nullable Word last(MemberId member) {
    int at = find(member.hash());
    return epochs[at] instanceof Hash32 epoch ? new Word(epoch, masks[at]) : null;
  }

  /** Of what epoch the member spoke last; null if it never did. */
  @Nullable Hash32 epoch(Hash32 member) {
    return epochs[find(member)];
  }

  /** What it said; 0 if it never did. */
  int mask(Hash32 member) {
    return masks[find(member)];
  }

  void put(Hash32 member, Hash32 epoch, int mask) {
    int at = find(member);
    if (members[at] == null) {
      if ((size + 1) * 4 > members.length * 3) {
        grow();
        at = find(member);
      }
      size++;
      members[at] = member;
    }
    epochs[at] = epoch;
    masks[at] = mask;
  }

  void remove(Hash32 member) {
    int free = find(member);
    if (members[free] == null) {
      return;
    }
    size--;
    clear(free);
    // Whoever stands behind it only because it stood in the way moves up, or would not be found.
    int last = members.length - 1;
    for (int at = (free + 1) & last; members[at] instanceof Hash32 next; at = (at + 1) & last) {
      int wayFromHome = (at - next.hashCode()) & last;
      if (wayFromHome >= ((at - free) & last)) {
        members[free] = next;
        epochs[free] = epochs[at];
        masks[free] = masks[at];
        clear(at);
        free = at;
      }
    }
  }

  private void clear(int at) {
    members[at] = null;
    epochs[at] = null;
    masks[at] = 0;
  }

  /** Where the member is, or else the free place where it would be. */
  private int find(Hash32 member) {
    int last = members.length - 1;
    int at = member.hashCode() & last;
    while (members[at] != null && !member.equals(members[at])) {
      at = (at + 1) & last;
    }
    return at;
  }

  private void grow() {
    @Nullable Hash32[] itsMembers = members;
    @Nullable Hash32[] itsEpochs = epochs;
    int[] itsMasks = masks;
    members = new @Nullable Hash32[2 * itsMembers.length];
    epochs = new @Nullable Hash32[members.length];
    masks = new int[members.length];
    for (int i = 0; i < itsMembers.length; i++) {
      if (itsMembers[i] instanceof Hash32 member) {
        int at = find(member);
        members[at] = member;
        epochs[at] = itsEpochs[i];
        masks[at] = itsMasks[i];
      }
    }
  }
}
