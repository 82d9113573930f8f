;; Rolls the gear hash over bytes: hash = (hash << 1) + table[byte], modulo 2^64.
;; Memory: the table, 256 x i64, little-endian; then the bytes.
(module
  (memory (export "memory") 17)
  (global $hash (export "hash") (mut i64) (i64.const 0))
  ;; The position behind the first byte in [at, end) after which hash & mask is 0; else 0.
  (func (export "scan") (param $at i32) (param $end i32) (param $mask i64) (result i32)
    (local $h i64)
    (local.set $h (global.get $hash))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $h
          (i64.add
            (i64.shl (local.get $h) (i64.const 1))
            (i64.load (i32.shl (i32.load8_u (local.get $at)) (i32.const 3)))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br_if $next (i64.ne (i64.and (local.get $h) (local.get $mask)) (i64.const 0)))
        (global.set $hash (local.get $h))
        (return (local.get $at))))
    (global.set $hash (local.get $h))
    (i32.const 0)))
