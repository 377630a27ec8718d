;; The two passes of resample.ts, sixteen bytes at a time. resample.wasm is this text, assembled:
;; `npx --package wabt wat2wasm resample.wat`, or any other assembler.
;;
;; A pass is told its weights by a table (see resample_weights.ts), an entry for each output: the first input that counts, the
;; number of pairs of inputs, and for each pair the fine and the coarse parts of its two weights, 16 bits each. A weight has 22 bits
;; after the binary point and is 4096 times its coarse part and its fine part, since products of 16 bits are what SIMD adds in
;; pairs. The sums are whole numbers, the same in any order. What is read and written past the end of a row does not count: it
;; weighs nothing, or is written over by the next row; the caller leaves room for it.
(module
  (memory (export "memory") 1)

  ;; Across: `rows` rows of pixels, from `from` on and `line` bytes apart, become rows of `outputs` pixels, one after another from
  ;; `to` on. `channels` is 1 or 3. Pixel by pixel, its channels side by side.
  (func (export "across")
    (param $from i32) (param $line i32) (param $rows i32) (param $channels i32)
    (param $table i32) (param $entry i32) (param $outputs i32) (param $to i32)
    (local $pairing v128) (local $stride i32)
    (local $left i32) (local $place i32) (local $input i32) (local $weights i32) (local $end i32)
    (local $pair v128) (local $fine v128) (local $coarse v128)
    ;; Two neighbouring pixels as 16-bit values, those of one channel side by side; 255 stands for 0.
    (local.set $pairing (select
      (v128.const i8x16 0 255 1 255 255 255 255 255 255 255 255 255 255 255 255 255)
      (v128.const i8x16 0 255 3 255 1 255 4 255 2 255 5 255 255 255 255 255)
      (i32.eq (local.get $channels) (i32.const 1))))
    (local.set $stride (i32.shl (local.get $channels) (i32.const 1)))
    (loop $row
      (local.set $place (local.get $table))
      (local.set $left (local.get $outputs))
      (loop $output
        (local.set $input (i32.add (local.get $from) (i32.mul (i32.load (local.get $place)) (local.get $channels))))
        (local.set $weights (i32.add (local.get $place) (i32.const 8)))
        (local.set $end (i32.add (local.get $weights) (i32.shl (i32.load offset=4 (local.get $place)) (i32.const 3))))
        (local.set $fine (v128.const i32x4 0x200000 0x200000 0x200000 0x200000)) ;; a half
        (local.set $coarse (v128.const i32x4 0 0 0 0))
        (loop $next
          (local.set $pair (i8x16.swizzle (v128.load64_zero (local.get $input)) (local.get $pairing)))
          (local.set $fine (i32x4.add (local.get $fine)
            (i32x4.dot_i16x8_s (local.get $pair) (v128.load32_splat (local.get $weights)))))
          (local.set $coarse (i32x4.add (local.get $coarse)
            (i32x4.dot_i16x8_s (local.get $pair) (v128.load32_splat offset=4 (local.get $weights)))))
          (local.set $input (i32.add (local.get $input) (local.get $stride)))
          (local.set $weights (i32.add (local.get $weights) (i32.const 8)))
          (br_if $next (i32.lt_u (local.get $weights) (local.get $end))))
        (local.set $fine (i32x4.shr_s
          (i32x4.add (local.get $fine) (i32x4.shl (local.get $coarse) (i32.const 12))) (i32.const 22)))
        (local.set $fine (i16x8.narrow_i32x4_s (local.get $fine) (local.get $fine)))
        (v128.store32_lane 0 (local.get $to) (i8x16.narrow_i16x8_u (local.get $fine) (local.get $fine)))
        (local.set $to (i32.add (local.get $to) (local.get $channels)))
        (local.set $place (i32.add (local.get $place) (local.get $entry)))
        (br_if $output (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
      (local.set $from (i32.add (local.get $from) (local.get $line)))
      (br_if $row (local.tee $rows (i32.sub (local.get $rows) (i32.const 1))))))

  ;; Down: rows of `line` bytes, one after another from `from` on, become `outputs` such rows from `to` on. Sixteen bytes of a row
  ;; at a time, whatever they are.
  (func (export "down")
    (param $from i32) (param $line i32) (param $table i32) (param $entry i32) (param $outputs i32) (param $to i32)
    (local $first i32) (local $at i32) (local $input i32) (local $begin i32) (local $weights i32) (local $end i32)
    (local $above v128) (local $below v128) (local $pairs v128) (local $pair v128)
    (local $fineWeights v128) (local $coarseWeights v128)
    (local $fine0 v128) (local $fine1 v128) (local $fine2 v128) (local $fine3 v128)
    (local $coarse0 v128) (local $coarse1 v128) (local $coarse2 v128) (local $coarse3 v128)
    (loop $row
      (local.set $first (i32.add (local.get $from) (i32.mul (i32.load (local.get $table)) (local.get $line))))
      (local.set $begin (i32.add (local.get $table) (i32.const 8)))
      (local.set $end (i32.add (local.get $begin) (i32.shl (i32.load offset=4 (local.get $table)) (i32.const 3))))
      (local.set $at (i32.const 0))
      (loop $sixteen
        (local.set $input (i32.add (local.get $first) (local.get $at)))
        (local.set $weights (local.get $begin))
        (local.set $fine0 (v128.const i32x4 0x200000 0x200000 0x200000 0x200000)) ;; a half
        (local.set $fine1 (local.get $fine0))
        (local.set $fine2 (local.get $fine0))
        (local.set $fine3 (local.get $fine0))
        (local.set $coarse0 (v128.const i32x4 0 0 0 0))
        (local.set $coarse1 (local.get $coarse0))
        (local.set $coarse2 (local.get $coarse0))
        (local.set $coarse3 (local.get $coarse0))
        (loop $next
          (local.set $above (v128.load (local.get $input)))
          (local.set $below (v128.load (i32.add (local.get $input) (local.get $line))))
          (local.set $fineWeights (v128.load32_splat (local.get $weights)))
          (local.set $coarseWeights (v128.load32_splat offset=4 (local.get $weights)))
          ;; Each byte beside the one below it, as 16-bit values, in four parts of four.
          (local.set $pairs (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23 (local.get $above) (local.get $below)))
          (local.set $pair (i16x8.extend_low_i8x16_u (local.get $pairs)))
          (local.set $fine0 (i32x4.add (local.get $fine0) (i32x4.dot_i16x8_s (local.get $pair) (local.get $fineWeights))))
          (local.set $coarse0 (i32x4.add (local.get $coarse0) (i32x4.dot_i16x8_s (local.get $pair) (local.get $coarseWeights))))
          (local.set $pair (i16x8.extend_high_i8x16_u (local.get $pairs)))
          (local.set $fine1 (i32x4.add (local.get $fine1) (i32x4.dot_i16x8_s (local.get $pair) (local.get $fineWeights))))
          (local.set $coarse1 (i32x4.add (local.get $coarse1) (i32x4.dot_i16x8_s (local.get $pair) (local.get $coarseWeights))))
          (local.set $pairs (i8x16.shuffle 8 24 9 25 10 26 11 27 12 28 13 29 14 30 15 31 (local.get $above) (local.get $below)))
          (local.set $pair (i16x8.extend_low_i8x16_u (local.get $pairs)))
          (local.set $fine2 (i32x4.add (local.get $fine2) (i32x4.dot_i16x8_s (local.get $pair) (local.get $fineWeights))))
          (local.set $coarse2 (i32x4.add (local.get $coarse2) (i32x4.dot_i16x8_s (local.get $pair) (local.get $coarseWeights))))
          (local.set $pair (i16x8.extend_high_i8x16_u (local.get $pairs)))
          (local.set $fine3 (i32x4.add (local.get $fine3) (i32x4.dot_i16x8_s (local.get $pair) (local.get $fineWeights))))
          (local.set $coarse3 (i32x4.add (local.get $coarse3) (i32x4.dot_i16x8_s (local.get $pair) (local.get $coarseWeights))))
          (local.set $input (i32.add (local.get $input) (i32.shl (local.get $line) (i32.const 1))))
          (local.set $weights (i32.add (local.get $weights) (i32.const 8)))
          (br_if $next (i32.lt_u (local.get $weights) (local.get $end))))
        (v128.store (i32.add (local.get $to) (local.get $at)) (i8x16.narrow_i16x8_u
          (i16x8.narrow_i32x4_s
            (i32x4.shr_s (i32x4.add (local.get $fine0) (i32x4.shl (local.get $coarse0) (i32.const 12))) (i32.const 22))
            (i32x4.shr_s (i32x4.add (local.get $fine1) (i32x4.shl (local.get $coarse1) (i32.const 12))) (i32.const 22)))
          (i16x8.narrow_i32x4_s
            (i32x4.shr_s (i32x4.add (local.get $fine2) (i32x4.shl (local.get $coarse2) (i32.const 12))) (i32.const 22))
            (i32x4.shr_s (i32x4.add (local.get $fine3) (i32x4.shl (local.get $coarse3) (i32.const 12))) (i32.const 22)))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br_if $sixteen (i32.lt_u (local.get $at) (local.get $line))))
      (local.set $to (i32.add (local.get $to) (local.get $line)))
      (local.set $table (i32.add (local.get $table) (local.get $entry)))
      (br_if $row (local.tee $outputs (i32.sub (local.get $outputs) (i32.const 1)))))))
