package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.key.Handshake;
import io.keymoot.flatkeying.key.Seal;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.WireReader;
import io.keymoot.flatkeying.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What travels behind a Rekey: its fresh secret, for those who stay.
 *
 * @param refresh one wrap under prev's running key, for all who hold it
 * @param seals for single members
 * @param isTree each reader hands the secret on to its children in the tree
 */
record Cover(Optional<Refresh> refresh, List<Sealed> seals, boolean isTree) {
  static final int WRAP_BYTES = 48;
  private static final int MOST_SEALS = 1_023;

  /**
   * @param revision of prev's key
   */
  record Refresh(int revision, Bytes wrap) {}

  /**
   * @param place of the member among members(P(x)), in the order of ids
   * @param offer if the session is new
   */
  record Sealed(int place, Optional<Handshake.Offer> offer, Seal seal) {
    static int bytes(boolean withOffer) {
      return 3 + Seal.BYTES + (withOffer ? Handshake.Offer.BYTES : 0);
    }
  }

  Bytes encode() {
    WireWriter out = new WireWriter();
    out.bool(refresh.isPresent());
    refresh.ifPresent(r -> out.u32(r.revision).fixed(r.wrap));
    out.bool(isTree);
    out.u16(seals.size());
    for (Sealed sealed : seals) {
      out.u16(sealed.place).bool(sealed.offer.isPresent());
      sealed.offer.ifPresent(offer -> offer.write(out));
      sealed.seal.write(out);
    }
    return out.toBytes();
  }

  static Decoded<Cover> decode(Bytes bytes) {
    return Decoded.all(bytes, Cover::read);
  }

  private static Cover read(WireReader in) {
    Optional<Refresh> refresh = Optional.empty();
    if (in.bool("refresh")) {
      long revision = in.u32("revision");
      if (revision > Integer.MAX_VALUE) {
        throw in.malformed("revision " + revision + " is out of range");
      }
      refresh = Optional.of(new Refresh((int) revision, in.fixed(WRAP_BYTES, "wrap")));
    }
    boolean isTree = in.bool("tree");
    int count = in.u16("seals");
    if (count > MOST_SEALS || count * (3L + Seal.BYTES) > in.remaining()) {
      throw in.malformed(count + " seals do not fit");
    }
    List<Sealed> seals = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int place = in.u16("place");
      Optional<Handshake.Offer> offer =
          in.bool("offer") ? Optional.of(Handshake.Offer.read(in)) : Optional.empty();
      seals.add(new Sealed(place, offer, Seal.read(in)));
    }
    return new Cover(refresh, List.copyOf(seals), isTree);
  }
}
