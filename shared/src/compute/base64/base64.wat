;; Decodes base64 (RFC 4648, section 4) without line ends, 16 characters to 12 bytes at a time.
;; Memory: the characters, then what they decode to.
(module
  (memory (export "memory") 8)
  ;; Decodes from [at, end) to $to, as long as 16 characters are all of the alphabet.
  ;; Returns where it stopped. Writes up to 4 bytes more than it decodes.
  (func (export "decode") (param $at i32) (param $end i32) (param $to i32) (result i32)
    (local $in v128) (local $high v128) (local $six v128)
    (block $done
      (loop $next
        (br_if $done (i32.gt_u (i32.add (local.get $at) (i32.const 16)) (local.get $end)))
        (local.set $in (v128.load (local.get $at)))
        (local.set $high (i8x16.shr_u (local.get $in) (i32.const 4)))
        ;; Which low halves may follow which high halves: a common bit says that they may not.
        (br_if $done
          (v128.any_true
            (v128.and
              (i8x16.swizzle
                (v128.const i8x16 0x15 0x11 0x11 0x11 0x11 0x11 0x11 0x11
                                  0x11 0x11 0x13 0x1a 0x1b 0x1b 0x1b 0x1a)
                (v128.and (local.get $in) (i8x16.splat (i32.const 15))))
              (i8x16.swizzle
                (v128.const i8x16 0x10 0x10 0x01 0x02 0x04 0x08 0x04 0x08
                                  0x10 0x10 0x10 0x10 0x10 0x10 0x10 0x10)
                (local.get $high)))))
        ;; What a character is away from its value, by its high half; of / it is one less.
        (local.set $six
          (i8x16.add
            (local.get $in)
            (i8x16.swizzle
              (v128.const i8x16 0 16 19 4 -65 -65 -71 -71 0 0 0 0 0 0 0 0)
              (i8x16.add
                (local.get $high)
                (i8x16.eq (local.get $in) (i8x16.splat (i32.const 0x2f)))))))
        ;; 4 x 6 bits in 4 bytes: pairs to 12 bits, pairs of them to 24.
        (local.set $six
          (v128.or
            (i16x8.shl
              (v128.and (local.get $six) (i16x8.splat (i32.const 0xff)))
              (i32.const 6))
            (i16x8.shr_u (local.get $six) (i32.const 8))))
        (local.set $six
          (v128.or
            (i32x4.shl
              (v128.and (local.get $six) (i32x4.splat (i32.const 0xffff)))
              (i32.const 12))
            (i32x4.shr_u (local.get $six) (i32.const 16))))
        (v128.store
          (local.get $to)
          (i8x16.shuffle 2 1 0 6 5 4 10 9 8 14 13 12 3 3 3 3
            (local.get $six) (local.get $six)))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (local.set $to (i32.add (local.get $to) (i32.const 12)))
        (br $next)))
    (local.get $at)))
