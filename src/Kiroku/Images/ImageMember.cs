
namespace Kiroku.Images;

/// <summary>A project that an image is shared with, and its response to that.</summary>
internal sealed record ImageMember
{
    public required string ImageId { get; init; }

    public required string MemberId { get; init; }

    public required string Status { get; init; }

    public DateTime CreatedAt { get; init; }

    public DateTime UpdatedAt { get; init; }
}

/// <summary>A project's response to a shared image. Only an accepted image is in the project's lists.</summary>
internal static class MemberStatus
{
    public const string Pending = "pending";
    public const string Accepted = "accepted";
    public const string Rejected = "rejected";
}
