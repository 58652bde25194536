using System.Diagnostics.Metrics;

namespace Kiroku.Processes;

/// <summary>Something that a metric counts as long as it lasts, begun and ended any number of times.</summary>
internal sealed class Counted(UpDownCounter<long> counter, KeyValuePair<string, object?> tag) : IDisposable
{
    private bool isCounted;

    public void Begin()
    {
        if (isCounted)
            return;
        isCounted = true;
        counter.Add(1, tag);
    }

    public void End()
    {
        if (!isCounted)
            return;
        isCounted = false;
        counter.Add(-1, tag);
    }

    public void Dispose() => End();
}
