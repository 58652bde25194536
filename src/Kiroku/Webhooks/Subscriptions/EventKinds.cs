namespace Kiroku.Webhooks.Subscriptions;

/// <summary>What of an action a subscription may tell. Names are only ever added.</summary>
internal static class EventKinds
{
    public const string Begun = "begun";
    public const string Changed = "changed";
    public const string Ended = "ended";

    public static readonly string[] All = [Begun, Changed, Ended];

    /// <summary>The type of the event that a test sends.</summary>
    public const string TestType = "kiroku.test";

    /// <summary>The type of an event about an action.</summary>
    public static string TypeOf(string kind) => $"kiroku.action.{kind}";
}
