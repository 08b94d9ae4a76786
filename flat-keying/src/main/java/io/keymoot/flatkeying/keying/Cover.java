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
 * What travels behind a Rekey: its fresh secret, for those who stay. Members of P(x) are named by
 * their place in the order of ids.
 *
 * @param refresh one wrap under prev's running key, for all who hold it
 * @param wraps under the author's own KEKs of prev, by position, the lowest first
 * @param orders who is to wrap it on under which own KEK, once it has it; ascending
 * @param seals for single members, ascending by place
 * @param tree a bit per place: who of these has it hands it on to its children among them
 */
record Cover(
    Optional<Refresh> refresh,
    List<SlotWrap> wraps,
    List<Order> orders,
    List<Sealed> seals,
    Optional<Bytes> tree) {
  static final int WRAP_BYTES = 48;
  private static final int MOST_ORDERS = 512;
  private static final int MOST_SEALS = 1_023;
  private static final int MOST_PLACES = 65_536;

  static Cover of(Optional<Refresh> refresh, List<Sealed> seals) {
    return new Cover(refresh, List.of(), List.of(), seals, Optional.empty());
  }

  /**
   * @param revision of prev's key
   */
  record Refresh(int revision, Bytes wrap) {
    static final int BYTES = 4 + WRAP_BYTES;
  }

  /**
   * @param position of the slot; its symbol is the one that the wrapper's address shows there
   */
  record SlotWrap(int position, Bytes wrap) {}

  /** The member at this place relays under its slot at this position. */
  record Order(int place, int position) implements Comparable<Order> {
    static final int BYTES = 3;

    @Override
    public int compareTo(Order other) {
      int byPlace = Integer.compare(place, other.place);
      return byPlace != 0 ? byPlace : Integer.compare(position, other.position);
    }
  }

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
    int positions = 0;
    for (SlotWrap each : wraps) {
      positions |= 1 << each.position;
    }
    out.u32(Integer.toUnsignedLong(positions));
    wraps.forEach(each -> out.fixed(each.wrap));
    out.u16(orders.size());
    orders.forEach(order -> out.u16(order.place).u8(order.position));
    out.u16(seals.size());
    for (Sealed sealed : seals) {
      out.u16(sealed.place).bool(sealed.offer.isPresent());
      sealed.offer.ifPresent(offer -> offer.write(out));
      sealed.seal.write(out);
    }
    out.bool(tree.isPresent());
    tree.ifPresent(out::bytes);
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
    List<SlotWrap> wraps = new ArrayList<>();
    for (int rest = (int) in.u32("positions"); rest != 0; rest &= rest - 1) {
      wraps.add(
          new SlotWrap(Integer.numberOfTrailingZeros(rest), in.fixed(WRAP_BYTES, "slot's wrap")));
    }
    List<Order> orders = orders(in);
    List<Sealed> seals = seals(in);
    Optional<Bytes> tree =
        in.bool("tree") ? Optional.of(in.bytes(MOST_PLACES / 8, "places")) : Optional.empty();
    return new Cover(refresh, List.copyOf(wraps), orders, seals, tree);
  }

  private static List<Order> orders(WireReader in) {
    int count = in.u16("orders");
    if (count > MOST_ORDERS || count * Order.BYTES > in.remaining()) {
      throw in.malformed(count + " orders do not fit");
    }
    List<Order> orders = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      Order order = new Order(in.u16("place"), in.u8("position"));
      boolean ascends = orders.isEmpty() || orders.get(i - 1).compareTo(order) < 0;
      if (!ascends || order.position >= SlotKeys.POSITIONS) {
        throw in.malformed("orders that do not ascend, or for no slot");
      }
      orders.add(order);
    }
    return List.copyOf(orders);
  }

  private static List<Sealed> seals(WireReader in) {
    int count = in.u16("seals");
    if (count > MOST_SEALS || count * (3L + Seal.BYTES) > in.remaining()) {
      throw in.malformed(count + " seals do not fit");
    }
    List<Sealed> seals = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int place = in.u16("place");
      if (i > 0 && place <= seals.get(i - 1).place) {
        throw in.malformed("seals that do not ascend");
      }
      Optional<Handshake.Offer> offer =
          in.bool("offer") ? Optional.of(Handshake.Offer.read(in)) : Optional.empty();
      seals.add(new Sealed(place, offer, Seal.read(in)));
    }
    return List.copyOf(seals);
  }

  /** The tree's places in their order. */
  static List<Integer> places(Bytes bits) {
    List<Integer> places = new ArrayList<>();
    for (int place = 0; place < 8 * bits.length(); place++) {
      if ((bits.at(place / 8) >>> (place % 8) & 1) == 1) {
        places.add(place);
      }
    }
    return places;
  }

  static Bytes bits(List<Integer> places, int members) {
    byte[] bits = new byte[(members + 7) / 8];
    for (int place : places) {
      bits[place / 8] |= (byte) (1 << place % 8);
    }
    return Bytes.owning(bits);
  }
}
