
namespace Kiroku.Images;

/// <summary>A project that an image is shared with, and what it says to it.</summary>
internal sealed record ImageMember
{
    public required string ImageId { get; init; }

    public required string MemberId { get; init; }

    public required string Status { get; init; }

    public DateTime CreatedAt { get; init; }

    public DateTime UpdatedAt { get; init; }
}

/// <summary>What a project says to an image that is shared with it; one that is accepted is in its lists.</summary>
internal static class MemberStatus
{
    public const string Pending = "pending";
    public const string Accepted = "accepted";
    public const string Rejected = "rejected";
}
