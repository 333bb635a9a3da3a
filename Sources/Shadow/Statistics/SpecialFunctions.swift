import Glibc

/// ln Γ(x) for x > 0 (and, by reflection, below ½), by Lanczos' approximation with g = 7 and nine coefficients (Lanczos 1964).
public func logGamma(_ x: Double) -> Double {
    if x < 0.5 { return log(Double.pi / abs(sin(Double.pi * x))) - logGamma(1 - x) }
    let y = x - 1
    var sum = lanczosCoefficients[0]
    for (index, coefficient) in lanczosCoefficients.enumerated().dropFirst() {
        sum += coefficient / (y + Double(index))
    }
    let t = y + 7.5
    return 0.5 * log(2 * Double.pi) + (y + 0.5) * log(t) - t + log(sum)
}

private let lanczosCoefficients = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
    -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
]

/// The complementary error function, 1 − erf(x), of the C library.
public func complementaryError(_ x: Double) -> Double { erfc(x) }

/// Φ(x), the standard normal distribution function: ½ erfc(−x/√2).
public func normalCDF(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }

/// Φ⁻¹(p): Acklam's rational approximation, then two Halley steps. −∞ and +∞ at 0 and 1.
public func normalQuantile(_ p: Double) -> Double {
    if p <= 0 { return -.infinity }
    if p >= 1 { return .infinity }
    if p > 0.5 { return -normalQuantile(1 - p) }
    var x = acklamStart(p)
    for _ in 0..<2 {
        let error = normalCDF(x) - p
        let step = error * (2 * Double.pi).squareRoot() * exp(x * x / 2)
        x -= step / (1 + x * step / 2)
    }
    return x
}

/// Acklam's start for p in (0, ½].
private func acklamStart(_ p: Double) -> Double {
    func polynomial(_ coefficients: [Double], _ x: Double) -> Double { coefficients.reduce(0) { $0 * x + $1 } }
    if p < 0.02425 {
        let q = (-2 * log(p)).squareRoot()
        let numerator = polynomial(
            [
                -7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00, -2.549732539343734e+00, 4.374664141464968e+00,
                2.938163982698783e+00,
            ], q)
        let denominator = polynomial(
            [7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00, 3.754408661907416e+00, 1], q)
        return numerator / denominator
    }
    let q = p - 0.5
    let r = q * q
    let numerator = polynomial(
        [
            -3.969683028665376e+01, 2.209460984245205e+02, -2.759285104469687e+02, 1.383577518672690e+02, -3.066479806614716e+01,
            2.506628277459239e+00,
        ], r)
    let denominator = polynomial(
        [-5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02, 6.680131188771972e+01, -1.328068155288572e+01, 1], r)
    return numerator * q / denominator
}

/// I_x(a, b), the regularised incomplete beta function: Lentz's continued fraction, on whichever side of the mean converges fast.
public func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    if x <= 0 { return 0 }
    if x >= 1 { return 1 }
    if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, b, a) }
    let logFactor = logGamma(a + b) - logGamma(a) - logGamma(b) + a * log(x) + b * log1p(-x)
    return exp(logFactor) / a * betaContinuedFraction(x, a, b)
}

/// The continued fraction of I_x(a, b) by the modified Lentz method.
private func betaContinuedFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    let tiny = 1e-300
    func awayFromZero(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
    var c = 1.0
    var d = 1 / awayFromZero(1 - (a + b) * x / (a + 1))
    var result = d
    for term in 1...20_000 {
        let m = Double(term)
        let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / awayFromZero(1 + even * d)
        c = awayFromZero(1 + even / c)
        result *= d * c
        let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / awayFromZero(1 + odd * d)
        c = awayFromZero(1 + odd / c)
        let change = d * c
        result *= change
        if abs(change - 1) < 1e-15 { break }
    }
    return result
}

/// The x with I_x(a, b) = p, by bisection to a relative width of 1e-15.
public func incompleteBetaInverse(_ p: Double, _ a: Double, _ b: Double) -> Double {
    if p <= 0 { return 0 }
    if p >= 1 { return 1 }
    var low = 0.0
    var high = 1.0
    while high - low > 1e-15 * high {
        let middle = low + (high - low) / 2
        if middle <= low || middle >= high { break }
        if incompleteBeta(middle, a, b) < p { low = middle } else { high = middle }
    }
    return low + (high - low) / 2
}
