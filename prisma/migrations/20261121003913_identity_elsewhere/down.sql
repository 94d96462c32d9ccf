-- DropForeignKey
ALTER TABLE "public"."GitHubConnection" DROP CONSTRAINT "GitHubConnection_userId_fkey";

-- DropForeignKey
ALTER TABLE "public"."GitHubToken" DROP CONSTRAINT "GitHubToken_userId_fkey";

-- DropForeignKey
ALTER TABLE "public"."OAuthIdentity" DROP CONSTRAINT "OAuthIdentity_userId_fkey";

-- AlterTable
ALTER TABLE "public"."DocsJob" DROP COLUMN "branch",
DROP COLUMN "pullRequestUrl";

-- AlterTable
ALTER TABLE "public"."Session" DROP COLUMN "audience";

-- AlterTable
ALTER TABLE "public"."User" DROP COLUMN "avatarUrl";

-- DropTable
DROP TABLE "public"."GitHubConnection";

-- DropTable
DROP TABLE "public"."GitHubToken";

-- DropTable
DROP TABLE "public"."OAuthIdentity";

-- DropTable
DROP TABLE "public"."OAuthState";

-- DropTable
DROP TABLE "public"."RateLimit";

-- DropEnum
DROP TYPE "public"."OAuthProvider";

-- DropEnum
DROP TYPE "public"."TokenAudience";
