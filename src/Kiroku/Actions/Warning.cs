using System.Collections.Immutable;

namespace Kiroku.Actions;

/// <summary>
/// Something that whoever asked for an action should know, although it may have succeeded: what it is, and the attempt
/// during which it came about; without one if that was between attempts or while the action was undone.
/// </summary>
internal sealed record Warning(string Code, string? Event = null, int? Attempt = null)
{
    /// <summary>The same in a sentence for the server's owner.</summary>
    public string Message => WarningCodes.MessageOf(Code);
}

/// <summary>The kinds of warnings. Stored and shown; append only.</summary>
internal static class WarningCodes
{
    public const string GuestForcedOff = ReasonCodes.GuestForcedOff;
    public const string AddressUnknown = "address-unknown";
    public const string LeftForLater = "left-for-later";
    public const string NotUndone = "not-undone";

    private static readonly ImmutableDictionary<string, string> Messages = new Dictionary<string, string>
    {
        [GuestForcedOff] = "The guest did not switch off when it was asked to, and its power was cut.",
        [AddressUnknown] = "The machine's addresses could not be looked up; those shown may be old.",
        [LeftForLater] = "A host did not answer; it removes what is left of the server there once it is back.",
        [NotUndone] = "A part of what was done could not be undone; what it left is removed later.",
    }.ToImmutableDictionary();

    public static IEnumerable<string> All => Messages.Keys.Order(StringComparer.Ordinal);

    /// <summary>The sentence of a code; the code itself if only a newer version knows it.</summary>
    public static string MessageOf(string code) => Messages.GetValueOrDefault(code, code);
}
