namespace Kiroku.Actions.Live.Exports;

/// <summary>What says that an export is whole, and how many actions it holds.</summary>
internal sealed record EndDocument(string Type, long Count, bool Whole)
{
    public static EndDocument Of(long count) => new("end", count, Whole: true);
}
