namespace Kiroku.Ui.Actions;

/// <summary>
/// Where on a line of 0 to 100 a moment is. Time during which nothing was tried, and that is much longer than all
/// tries together, is folded: it takes a fixed, small part of the line, whatever its length.
/// </summary>
internal sealed class TimeScale
{
    /// <summary>What a fold takes of the line, and what all of them may take.</summary>
    private const double Fold = 8, MostFolds = 40;

    /// <summary>How much longer than all tries a gap is that is folded.</summary>
    private const int MuchLonger = 2;

    private static readonly TimeSpan ShortestFold = TimeSpan.FromSeconds(5);

    /// <summary>Steps of ticks, in seconds.</summary>
    private static readonly double[] Steps =
    [
        .001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200,
        10_800, 21_600, 43_200, 86_400, 172_800, 432_000, 864_000, 2_592_000,
    ];

    private readonly List<Piece> pieces = [];
    private readonly DateTime start;

    /// <param name="start">The moment at 0.</param>
    /// <param name="end">The moment at 100.</param>
    /// <param name="tries">When something was tried, in any order.</param>
    public TimeScale(DateTime start, DateTime end, IEnumerable<(DateTime From, DateTime To)> tries)
    {
        this.start = start;
        if (end <= start)
            end = start.AddMilliseconds(1);
        Cut(start, end, tries);
        var busy = pieces.Where(piece => !piece.IsGap).Aggregate(TimeSpan.Zero, (sum, piece) => sum + piece.Length);
        var folded = pieces.Where(piece => piece.IsGap && piece.Length > busy * MuchLonger
            && piece.Length > ShortestFold && busy > TimeSpan.Zero).ToHashSet();
        var fold = folded.Count == 0 ? 0 : Math.Min(Fold, MostFolds / folded.Count);
        var open = pieces.Where(piece => !folded.Contains(piece)).Sum(piece => piece.Length.TotalSeconds);
        var at = 0.0;
        foreach (var piece in pieces)
        {
            piece.IsFolded = folded.Contains(piece);
            piece.X = at;
            piece.Width = piece.IsFolded
                ? fold
                : piece.Length.TotalSeconds / Math.Max(open, 1e-9) * (100 - fold * folded.Count);
            at += piece.Width;
        }
        Ticks = [.. FindTicks(open)];
    }

    /// <summary>What is folded: where, and how long it is.</summary>
    public IEnumerable<(double X, double Width, TimeSpan Length)> Folds
        => pieces.Where(piece => piece.IsFolded).Select(piece => (piece.X, piece.Width, piece.Length));

    /// <summary>Round times since the start, and where they are: never where one would be on a fold's length.</summary>
    public IReadOnlyList<(double X, TimeSpan After)> Ticks { get; }

    /// <summary>Where a moment is; before the start it is at 0, after the end at 100.</summary>
    public double At(DateTime moment)
    {
        foreach (var piece in pieces)
            if (moment <= piece.To)
                return piece.X + Math.Max(0, (moment - piece.From) / piece.Length) * piece.Width;
        return 100;
    }

    private void Cut(DateTime begin, DateTime end, IEnumerable<(DateTime From, DateTime To)> tries)
    {
        var at = begin;
        foreach (var (from, to) in tries.OrderBy(one => one.From))
        {
            var (first, last) = (Clip(from), Clip(to));
            if (first > at)
                Add(at, first, isGap: true);
            if (last > at)
                Add(first > at ? first : at, last, isGap: false);
            at = last > at ? last : at;
        }
        if (end > at)
            Add(at, end, isGap: true);

        DateTime Clip(DateTime moment) => moment < begin ? begin : moment > end ? end : moment;
    }

    private void Add(DateTime from, DateTime to, bool isGap)
    {
        if (to > from)
            pieces.Add(new Piece(from, to, isGap));
    }

    private IEnumerable<(double X, TimeSpan After)> FindTicks(double open)
    {
        const int most = 6;
        const double apart = 11;
        var step = TimeSpan.FromSeconds(Steps.FirstOrDefault(step => open / step <= most, Steps[^1]));
        var last = double.NegativeInfinity;
        foreach (var piece in pieces.Where(piece => !piece.IsFolded))
        {
            var tick = step * Math.Ceiling((piece.From - start) / step);
            for (; start + tick <= piece.To; tick += step)
            {
                var x = At(start + tick);
                if (x - last < apart || x > 100 - apart / 2
                    || Folds.Any(fold => Math.Abs(fold.X + fold.Width / 2 - x) < apart))
                    continue;
                last = x;
                yield return (x, tick);
            }
        }
    }

    private sealed class Piece(DateTime from, DateTime to, bool isGap)
    {
        public DateTime From { get; } = from;
        public DateTime To { get; } = to;
        public bool IsGap { get; } = isGap;
        public TimeSpan Length => To - From;
        public bool IsFolded { get; set; }
        public double X { get; set; }
        public double Width { get; set; }
    }
}
